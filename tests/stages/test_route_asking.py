"""The stages that ask about a route, one behind the other, with the program and with a model."""

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.stage import Stage, Unit
from pipeline.models.replies import DraftRouteQuestion, RouteQuestionsReply
from pipeline.models.writer import Reply, Request
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import Identity, ProgramWriterSettings, Recipe
from pipeline.records import Evidence, GroupFrame, Options, Question, RoutePath, Verdict
from pipeline.stages import evidence, route_options, route_questions, verdicts
from pipeline.stages.route_view import OfTheSameRoute, Travelled
from pipeline.stages.writing import AskingWorker, GroupFrames
from pipeline.store import BlobStore, Store
from pipeline.tasks import Task
from tests.stages.routing import path
from tests.stages.selection_cases import provenance
from tests.stages.units import kept, run, unit

BLOBS = BlobStore(Store(Path("unused")))
RECIPE = Recipe(
    name="t",
    identity=Identity.model_validate(
        {
            "recipe": "ego_st",
            "questions": {"per_group": 8},
            "evidence": {"max_core_frames": 12},
        }
    ),
)
PATH = path(
    ["straight", "left", "straight", "right"],
    ("bench", "clock", "couch"),
    ("cutting bread", "opening a jar", "eating"),
)
GROUP = GroupFrames(
    id="g",
    video="v",
    frames=tuple(
        GroupFrame(
            frame=f"v/f{i}", frame_index=i, pts_seconds=4.0 * i + 2, scene=0, caption="", objects=()
        )
        for i in range(4)
    ),
)


def asked(walked: RoutePath = PATH) -> list[Question]:
    made = route_questions.stage(RECIPE)
    (outcome,) = run(made, BLOBS, unit(made, "g", GROUP, Travelled(id="g", path=walked)))
    return list(kept(outcome))


def view(record: Any, view_type: type) -> Any:
    return view_type(
        **{name: getattr(record, name) for name in (f.name for f in fields(view_type))}
    )


def judged(question: Question, **changes: Any) -> Verdict:
    made = verdicts.stage(RECIPE)
    row = view(question, verdicts.AskedQuestion)
    for name, value in changes.items():
        object.__setattr__(row, name, value)
    rows = (row, GROUP, Travelled(id="g", path=PATH))
    (outcome,) = run(made, BLOBS, unit(made, question.id, *rows))
    (verdict,) = kept(outcome)
    assert isinstance(verdict, Verdict)
    return verdict


def reasoned(question: Question, others: Sequence[Question]) -> Outcome:
    made = evidence.stage(RECIPE)
    verdict = evidence.PassedVerdict(id=question.id, video="v", passed=True, answer=question.answer)
    rows = [
        verdict,
        view(question, evidence.AskedQuestion),
        GROUP,
        Travelled(id="g", path=PATH),
        *(view(other, OfTheSameRoute) for other in others),
    ]
    (outcome,) = run(made, BLOBS, unit(made, question.id, *rows))
    return outcome


def optioned(question: Question) -> list[Options]:
    made = route_options.stage(RECIPE)
    rows = (
        route_options.PassedAnswer(id=question.id, video="v", passed=True, answer=question.answer),
        route_options.AskedTask(id=question.id, task=question.task),
    )
    (outcome,) = run(made, BLOBS, unit(made, question.id, *rows))
    return list(kept(outcome))


def test_a_full_route_is_asked_all_eight_tasks() -> None:
    found = asked()
    assert {question.task for question in found} == {
        task for task in Task if task.endswith(("_forward", "_reverse"))
    }
    assert len({question.id for question in found}) == 8
    assert all(len(question.frames) > 1 for question in found)


def test_a_route_that_supports_nothing_is_rejected() -> None:
    made = route_questions.stage(RECIPE)
    bare = path(["left"])
    (outcome,) = run(made, BLOBS, unit(made, "g", GROUP, Travelled(id="g", path=bare)))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "no_supported_question"


def test_the_program_s_questions_pass_the_program_s_review() -> None:
    for question in asked():
        verdict = judged(question)
        assert verdict.passed, verdict.judgements


def test_an_answer_that_is_not_the_route_does_not_pass() -> None:
    question = next(q for q in asked() if q.task is Task.DIRECTION_CHANGE_FORWARD)
    verdict = judged(question, answer="Turn left, then turn left")
    (failed,) = [j for j in verdict.judgements if not j.passed]
    assert failed.criterion == "consistent_with_frames"
    assert "go straight" in failed.reason.casefold()


def test_the_reasoning_answers_the_opposite_question_of_the_same_category_first() -> None:
    found = asked()
    for question in found:
        (row, *_) = kept(reasoned(question, found))
        assert isinstance(row, Evidence)
        twin = next(
            q
            for q in found
            if q.task.rpartition("_")[0] == question.task.rpartition("_")[0] and q is not question
        )
        assert twin.question in row.claims[0].text
        assert twin.answer.rstrip(".") in row.claims[0].text
        assert question.answer.rstrip(".") in row.claims[-1].text
        others = [q.question for q in found if q not in (question, twin)]
        assert not any(other in row.text for other in others)
        assert ".." not in row.text


def test_landmarks_are_key_items_where_the_question_is_about_them() -> None:
    found = asked()
    items = {q.task: [item.item for item in kept(reasoned(q, found))[0].key_items] for q in found}
    assert items[Task.LANDMARK_CHANGE_REVERSE] == ["bench_1", "clock_1", "couch_1"]
    assert items[Task.DIRECTION_CHANGE_FORWARD] == []


def test_without_the_opposite_question_first_it_is_no_evidence() -> None:
    found = asked()
    question = found[0]
    strangers = [q for q in found if q.task.rpartition("_")[0] != question.task.rpartition("_")[0]]

    class Thoughtless:
        def answer(self, requests: Sequence[Request]) -> list[Reply]:
            from pipeline.models.program.writer import ProgramWriter

            changed = [
                Request(
                    **{
                        **{n: getattr(r, n) for n in r.__dataclass_fields__},
                        "inputs": {
                            **r.inputs,
                            "opposite": {
                                "question": strangers[0].question,
                                "answer": strangers[0].answer,
                            },
                        },
                    }
                )
                for r in requests
            ]
            return [r for r in ProgramWriter().answer(changed) if isinstance(r, Reply)]

    made = evidence.stage(RECIPE)
    script = made.worker.keywords.get("script") if isinstance(made.worker, partial) else None
    script = script or made.worker.args[3]  # type: ignore[attr-defined]
    rows = [
        evidence.PassedVerdict(id=question.id, video="v", passed=True, answer=question.answer),
        view(question, evidence.AskedQuestion),
        GROUP,
        Travelled(id="g", path=PATH),
        *(view(other, OfTheSameRoute) for other in found),
    ]
    worker = AskingWorker("evidence", ProgramWriterSettings(), Thoughtless(), BLOBS, script)
    (outcome,) = worker([unit(made, question.id, *rows)])
    assert isinstance(outcome, Rejected)
    assert "opposite question" in outcome.message


def test_options_are_four_and_the_letter_stands_for_the_answer() -> None:
    for question in asked():
        found = optioned(question)
        if question.task.startswith("route_description"):
            assert found == []
            continue
        (row,) = found
        assert len(set(row.options)) == 4
        assert row.options["ABCD".index(row.letter)] == question.answer


def test_letters_are_balanced_over_many_questions() -> None:
    from collections import Counter

    made = route_options.stage(RECIPE)
    answer = "Go straight, then turn left, then turn right"
    units = [
        unit(
            made,
            f"q{i}",
            route_options.PassedAnswer(id=f"q{i}", video="v", passed=True, answer=answer),
            route_options.AskedTask(id=f"q{i}", task=Task.DIRECTION_CHANGE_FORWARD),
        )
        for i in range(400)
    ]
    counts = Counter(kept(outcome)[0].letter for outcome in run(made, BLOBS, *units))
    assert set(counts) == set("ABCD")
    # Three standard deviations of a fair draw; upstream has 34.6 % A.
    assert max(counts.values()) < 100 + 3 * 8.7


def _worded(made: Stage, rows: Unit, words: dict[Task, str]) -> Outcome:
    """What the stage makes of a model's words."""

    class Model:
        def answer(self, requests: Sequence[Request]) -> list[Reply]:
            drafts = tuple(
                DraftRouteQuestion(task=task, question=f"What of {task}?", answer=answer)
                for task, answer in words.items()
            )
            reply = Reply(RouteQuestionsReply(questions=drafts), provenance("questions"))
            return [reply for _ in requests]

    script = made.worker.args[3]  # type: ignore[attr-defined]
    worker = AskingWorker("questions", ProgramWriterSettings(), Model(), BLOBS, script)
    (outcome,) = worker([rows])
    return outcome


@pytest.mark.parametrize(
    ("forward", "reverse", "taken"),
    [
        (
            "The way goes on, turns left at the bench and then right.",
            "Turn left by the couch, then turn right.",
            True,
        ),
        ("It turns right and then left.", "Turn left, then turn right.", False),
    ],
)
def test_a_model_s_words_are_taken_where_they_say_the_route(
    forward: str, reverse: str, taken: bool
) -> None:
    made = route_questions.stage(RECIPE)
    rows = unit(made, "g", GROUP, Travelled(id="g", path=PATH))
    words = {
        Task.ROUTE_DESCRIPTION_FORWARD: forward,
        Task.ROUTE_DESCRIPTION_REVERSE: reverse,
    }
    outcome = _worded(made, rows, words)
    if taken:
        assert isinstance(outcome, Kept)
        assert [q.answer for q in kept(outcome)] == [forward, reverse]
    else:
        assert isinstance(outcome, Rejected)
        assert "turns right, left" in outcome.message
