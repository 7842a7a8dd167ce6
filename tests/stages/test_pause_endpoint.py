"""A language model behind an endpoint at a pause: what it is asked, and what it replies."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.stage import Unit
from pipeline.llm import session as sessions
from pipeline.llm.session import Session
from pipeline.outcome import Failed
from pipeline.recipe import Recipe
from pipeline.records import Evidence, Options, Question, QuestionScope, Verdict
from pipeline.stages import evidence, options, pause_questions, verdicts
from pipeline.stages.writing import GroupFrames
from pipeline.store import BlobStore, Store
from pipeline.tasks import Task
from tests.fakes.openai_server import Call, FakeOpenAI
from tests.llm.replies import talk
from tests.models.program.test_pause import TABLE
from tests.stages.units import kept, run, unit

GROUP = GroupFrames(id="g", video="v", frames=tuple(TABLE))
ANSWER = "Pour from the bottle on your right."
ASKED = {
    "task": "future_planning",
    "scope": "goal",
    "question": "How do I go on from here?",
    "answer": ANSWER,
    "frames": ["F1", "F3"],
}
ITEMS = [{"item": "bottle_1", "phrase": "bottle", "frame": "F3", "near": None}]
STEPS = {
    "observation": ("You have the <obj>bottle_1</obj> on your right.", ["F3"]),
    "so_far": ("Before, you took it from the other side.", ["F1"]),
    "inference": ("You are about to fill the cup.", ["F1", "F3"]),
}


def talk_at_a_pause(call: Call) -> str:
    """A valid reply for whichever stage asks."""
    name = call.body["response_format"]["json_schema"]["name"]
    if name == "questions":
        return json.dumps({"questions": [ASKED]})
    if name == "evidence":
        claims = [{"step": s, "text": t, "frames": f} for s, (t, f) in STEPS.items()]
        return json.dumps({"key_items": ITEMS, "claims": claims})
    return talk(call)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(talk_at_a_pause) as endpoint:
        yield endpoint


@pytest.fixture
def ask(server: FakeOpenAI, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Runs a unit of a stage of the recipe with the endpoint as its writer."""
    model = {"kind": "endpoint", "model": "m"}
    recipe = Recipe.model_validate(
        {
            "name": "t",
            "identity": {
                "recipe": "pause_and_think",
                "perspective": "first_person",
                "writer": model,
                "judge": model,
            },
            "runtime": {"writer": {"base_url": server.base_url}},
        }
    )
    session = Session(tmp_path, recipe.runtime, name=uuid.uuid4().hex)

    def asked(module: Any, name: str, *rows: Any) -> Any:
        stage = module.stage(recipe, session)
        made: Unit = unit(stage, name, *rows)
        (outcome,) = run(stage, BlobStore(Store(tmp_path)), made)
        return outcome

    yield asked
    sessions.close(session)


def said(call: Call) -> str:
    return "\n".join(str(message["content"]) for message in call.body["messages"])


def test_a_question_is_written_reviewed_reasoned_about_and_given_options(
    ask: Callable[..., Any], server: FakeOpenAI
) -> None:
    question, scope = kept(ask(pause_questions, "g", GROUP))
    assert isinstance(question, Question) and isinstance(scope, QuestionScope)
    assert (question.task, scope.scope, scope.id) == ("future_planning", "goal", question.id)
    assert question.frames == ("v/f0", "v/f2")
    assert '"paused": true' in said(server.calls[0]).splitlines()[-3]
    assert said(server.calls[0]).count('"paused"') == 1
    assert '"on your left"' in said(server.calls[0])

    columns = ("id", "video", "group", "task", "question", "answer", "frames")
    view = verdicts.AskedQuestion(**{name: getattr(question, name) for name in columns})
    (verdict,) = kept(ask(verdicts, question.id, view, GROUP))
    assert isinstance(verdict, Verdict) and verdict.passed
    assert "Task: future_planning" in said(server.calls[1])

    passed = evidence.PassedVerdict(id=question.id, video="v", passed=True, answer=ANSWER)
    shown = evidence.AskedQuestion(
        id=question.id,
        group="g",
        task=question.task,
        question=question.question,
        frames=question.frames,
    )
    reasoned, *_ = kept(ask(evidence, question.id, passed, shown, GROUP))
    assert isinstance(reasoned, Evidence)
    assert reasoned.text == " ".join(text for text, _ in STEPS.values())
    assert [claim.frames for claim in reasoned.claims] == [("v/f2",), ("v/f0",), ("v/f0", "v/f2")]

    answered = options.PassedAnswer(id=question.id, video="v", passed=True, answer=ANSWER)
    text = options.AskedText(id=question.id, question=question.question, frames=question.frames)
    later = options.OtherAnswer(id="later", passed=True, answer="You dropped it afterwards.")
    all_shown = options.Shown(id="g", frames=GROUP.frames)
    (row,) = kept(ask(options, question.id, answered, text, later, all_shown))
    assert isinstance(row, Options) and ANSWER in row.options
    assert "afterwards" not in said(server.calls[3]), "what comes later is shown to no writer"


def test_thoughts_in_another_order_are_asked_for_again(
    ask: Callable[..., Any], server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = evidence.PassedVerdict(id="q", video="v", passed=True, answer=ANSWER)
    shown = evidence.AskedQuestion(
        id="q", group="g", task=Task.FUTURE_PLANNING, question="How?", frames=("v/f0", "v/f2")
    )
    monkeypatch.setattr(f"{__name__}.STEPS", dict(reversed(STEPS.items())))
    assert isinstance(ask(evidence, "q", passed, shown, GROUP), Failed)
    assert len(server.calls) > 1
    assert "in this order: observation, so_far, inference" in said(server.calls[-1])
