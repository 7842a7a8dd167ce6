from dataclasses import replace
from typing import Any

from pipeline import prompts
from pipeline.outcome import Rejected
from pipeline.records import Question, QuestionScope
from pipeline.stages import evidence, verdicts
from pipeline.stages.pause_questions import stage
from pipeline.stages.writing import GroupFrames
from tests.models.program.test_pause import SHELVES, TABLE
from tests.stages.units import kept, run, unit
from tests.stages.writing import BLOBS, recipe

GROUP = GroupFrames(id="g", video="v", frames=tuple(TABLE))


def rows(**identity: Any) -> list[Any]:
    made = stage(recipe(recipe="pause_and_think", **identity))
    (outcome,) = run(made, BLOBS, unit(made, "g", GROUP))
    return list(kept(outcome))


def test_a_question_comes_with_its_scope_and_who_wrote_it() -> None:
    found = rows(perspective="first_person")
    questions = [row for row in found if isinstance(row, Question)]
    scopes = {row.id: row.scope for row in found if isinstance(row, QuestionScope)}
    assert {q.task for q in questions} == {"factual_past", "future_planning"}
    assert scopes == {q.id: "scene" for q in questions}
    prompt = prompts.load("questions/pause_and_think_program")
    for question in questions:
        assert (question.video, question.group) == ("v", "g")
        assert question.frames[-1] == GROUP.frames[-1].frame
        assert (question.provenance.stage, question.provenance.prompt) == (
            "questions",
            prompt.label,
        )


def test_the_recipe_says_how_many_and_who_speaks() -> None:
    assert len([r for r in rows(questions={"per_group": 1}) if isinstance(r, Question)]) == 1
    third = [r.answer for r in rows() if isinstance(r, Question)]
    assert not any(" you" in f" {answer.lower()}" for answer in third)


def test_nothing_to_ask_says_so() -> None:
    made = stage(recipe(recipe="pause_and_think"))
    still = replace(GROUP, frames=tuple(SHELVES[:2]))
    (outcome,) = run(made, BLOBS, unit(made, "g", replace(still, frames=still.frames[:1])))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_supported_question"


def test_tasks_of_the_other_recipe_are_not_in_its_identity_and_prompts_are_its_own() -> None:
    base = stage(recipe(recipe="pause_and_think"))
    other = recipe(recipe="pause_and_think", questions={"tasks": ["event_process"]})
    assert stage(other).identity == base.identity
    for module in (evidence, verdicts):
        (prompt,) = module.stage(recipe(recipe="pause_and_think")).identity["prompts"]
        assert prompt.endswith("/pause_and_think_program")
