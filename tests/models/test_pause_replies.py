"""What a model must answer about a paused video."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.models.pause_replies import PauseEvidenceReply, PauseQuestionsReply

GIVEN = {"given": {"F1": "v/f1", "F2": "v/f2"}}


def question(**changes: Any) -> dict[str, Any]:
    values = {
        "task": "future_planning",
        "scope": "goal",
        "question": "What do I do next?",
        "answer": "Pour the water into the cup on your left.",
        "frames": ["F1", "F2"],
    }
    return {"questions": [values | changes]}


def thoughts(*steps: str) -> dict[str, Any]:
    item = {"item": "cup_1", "phrase": "cup", "frame": "F2", "near": None}
    claims = [
        {"step": step, "text": "There is a <obj>cup_1</obj>.", "frames": ["F2"]} for step in steps
    ]
    return {"key_items": [item] if steps else [], "claims": claims}


def test_a_question_has_a_task_of_this_recipe_and_a_scope() -> None:
    (read,) = PauseQuestionsReply.model_validate(question(), context=GIVEN).questions
    assert (read.task, read.scope, read.frames) == ("future_planning", "goal", ("v/f1", "v/f2"))
    for wrong in ({"task": "event_process"}, {"scope": "all"}, {"frames": ["F9"]}):
        with pytest.raises(ValidationError):
            PauseQuestionsReply.model_validate(question(**wrong), context=GIVEN)


def test_the_schema_lists_the_two_tasks() -> None:
    schema = PauseQuestionsReply.model_json_schema()["$defs"]["PauseQuestion"]["properties"]
    assert schema["task"]["enum"] == ["factual_past", "future_planning"]
    assert schema["scope"]["enum"] == ["scene", "goal"]


def test_thoughts_have_three_steps_in_order_or_none() -> None:
    def read(*steps: str) -> PauseEvidenceReply:
        return PauseEvidenceReply.model_validate(thoughts(*steps), context=GIVEN)

    assert len(read("observation", "so_far", "so_far", "inference").claims) == 4
    assert read().claims == ()
    with pytest.raises(ValidationError, match="needs claims of each step"):
        read("observation", "inference")
    with pytest.raises(ValidationError, match="in this order: observation, so_far, inference"):
        read("so_far", "observation", "inference")
