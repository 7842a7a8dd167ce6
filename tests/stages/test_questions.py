from dataclasses import replace

from pipeline import prompts
from pipeline.outcome import Rejected
from pipeline.stages.questions import stage
from pipeline.tasks import Task
from tests.stages.units import kept, run, unit
from tests.stages.writing import BLOBS, GROUP, asked, recipe


def test_questions_say_who_wrote_them_about_what() -> None:
    found = asked()
    assert len(found) == 4
    group_frames = {f.frame for f in GROUP.frames}
    for question in found:
        assert (question.video, question.group) == ("v", "g")
        assert set(question.frames) <= group_frames
        made = question.provenance
        assert (made.stage, made.writer, made.model) == ("questions", "program", "program@1")
        prompt = prompts.load("questions/program")
        assert (made.prompt, made.prompt_sha256) == (prompt.label, prompt.sha256)
        assert made.answer_source == "derived"


def test_ids_follow_from_content() -> None:
    assert asked() == asked()
    assert len({q.id for q in asked()}) == 4
    assert all(len(q.id) == 32 for q in asked())
    other = stage(recipe())
    (outcome,) = run(other, BLOBS, unit(other, "h", replace(GROUP, id="h")))
    assert not {row.id for row in kept(outcome)} & {q.id for q in asked()}


def test_the_recipe_says_how_many_of_which_task() -> None:
    one = asked(questions={"per_group": 1, "tasks": ["traffic_analysis"]})
    assert [q.task for q in one] == [Task.TRAFFIC_ANALYSIS]


def test_a_group_without_a_question_says_so() -> None:
    made = stage(recipe())
    (outcome,) = run(made, BLOBS, unit(made, "g", replace(GROUP, frames=GROUP.frames[:1])))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_supported_question"


def test_what_changes_questions_changes_the_identity_and_nothing_else_does() -> None:
    base = stage(recipe()).identity
    assert stage(recipe(perspective="first_person")).identity != base
    assert stage(recipe(questions={"per_group": 2})).identity != base
    assert stage(recipe(evidence={"max_core_frames": 2}, core_frames={"tau": 0.5})).identity == base
