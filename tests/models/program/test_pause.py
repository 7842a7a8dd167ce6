"""The program at a pause: what it asks, how it reads answers, judges them and reasons."""

from collections.abc import Sequence
from typing import Any

import pytest

from pipeline import prompts
from pipeline.models.pause_replies import (
    PauseEvidenceReply,
    PauseQuestion,
    PauseQuestionsReply,
    PauseVerdictReply,
)
from pipeline.models.program.pause.reading import Said, read
from pipeline.models.program.writer import ProgramWriter
from pipeline.models.replies import mismatch
from pipeline.models.writer import Reply, Request
from pipeline.records import Bbox, GroupFrame
from pipeline.tasks import Task
from tests.models.program.groups import CENTRE, LEFT, RIGHT, as_json, group, seen

FAR: Bbox = (0.1, 0.4, 0.18, 0.68)

TABLE = group(
    (0, [seen("bottle", LEFT), seen("cup", CENTRE)]),
    (0, [seen("bottle", LEFT), seen("cup", CENTRE)]),
    (0, [seen("bottle", RIGHT), seen("cup", CENTRE)]),
)
"""A bottle goes from one side to the other before the pause."""
STREET = group(
    (0, [seen("car", FAR)]), (0, [seen("car", LEFT)]), (0, [seen("car", LEFT), seen("dog", RIGHT)])
)
"""A car comes closer."""
SHELVES = group(
    (0, [seen("book", LEFT), seen("book", RIGHT)]), (1, [seen("oven", CENTRE)]), (1, [seen("oven")])
)
"""Other things than at first."""


def ask(stage: str, schema: type, **inputs: Any) -> Any:
    prompt = prompts.load(f"{stage}/pause_and_think_program")
    assert set(inputs) == set(prompt.inputs)
    (reply,) = ProgramWriter().answer([Request(stage, "unit", prompt, inputs, schema)])
    assert isinstance(reply, Reply) and isinstance(reply.data, schema)
    return reply.data


def questions(
    frames: Sequence[GroupFrame], perspective: str = "first_person", most: int = 9
) -> tuple[PauseQuestion, ...]:
    reply: PauseQuestionsReply = ask(
        "questions",
        PauseQuestionsReply,
        frames=as_json(frames),
        per_group=most,
        perspective=perspective,
    )
    return reply.questions


def judge(frames: Sequence[GroupFrame], answer: str, cited: Sequence[str]) -> dict[str, bool]:
    reply: PauseVerdictReply = ask(
        "verdicts",
        PauseVerdictReply,
        question="What?",
        answer=answer,
        task="factual_past",
        cited=list(cited),
        frames=as_json(frames),
    )
    return {j.criterion: j.passed for j in reply.judgements}


def evidence(
    frames: Sequence[GroupFrame], answer: str, cited: Sequence[str], most: int = 4
) -> PauseEvidenceReply:
    reply: PauseEvidenceReply = ask(
        "evidence",
        PauseEvidenceReply,
        question="What?",
        answer=answer,
        task="factual_past",
        cited=list(cited),
        frames=as_json(frames),
        max_core_frames=most,
    )
    return reply


def failed(frames: Sequence[GroupFrame], answer: str, cited: Sequence[str]) -> set[str]:
    return {name for name, passed in judge(frames, answer, cited).items() if not passed}


def answers(frames: Sequence[GroupFrame], perspective: str = "first_person") -> dict[str, str]:
    return {f"{q.task} {q.answer}": q.question for q in questions(frames, perspective)}


def test_what_moved_is_a_fact_and_a_plan() -> None:
    assert set(answers(TABLE)) == {
        "factual_past The bottle was on your left before. It is on your right now.",
        "future_planning Reach for the bottle on your right. It was on your left before.",
    }
    told = set(answers(TABLE, "third_person"))
    assert told == {
        "factual_past The bottle was on the left before. It is on the right now.",
        "future_planning The thing to reach for is the bottle on the right. It was on the left "
        "before.",
    }


def test_what_comes_closer_is_to_be_watched() -> None:
    (answer,) = answers(STREET)
    assert answer == (
        "future_planning Watch out for the car on your left. It was further away before and has "
        "come closer."
    )
    # What hid a part of it is gone: the box has grown, and its object is where it was.
    whole = seen("bicycle", (0.44, 0.02, 0.99, 0.8))
    part = seen("bicycle", (0.44, 0.15, 0.69, 0.75))
    assert not answers(group((0, [part]), (0, [whole]), (0, [whole])))
    # In another scene the picture may be of another place.
    cut = group((0, [seen("car", FAR)]), (0, [seen("car", FAR)]), (1, [seen("car", LEFT)]))
    assert not answers(cut)


def test_other_things_than_before() -> None:
    assert "factual_past Earlier you had books in view. Now you have an oven." in answers(SHELVES)
    third = answers(SHELVES, "third_person")
    assert "factual_past Earlier the view had books. Now it has an oven." in third


def test_each_task_comes_before_a_second_of_any_and_the_paused_moment_is_cited() -> None:
    both = questions(TABLE, most=2)
    assert {q.task for q in both} == {Task.FACTUAL_PAST, Task.FUTURE_PLANNING}
    for question in both:
        assert question.frames == ("v/f1", "v/f2")
        assert question.scope == "scene"
    assert len(questions(TABLE, most=1)) == 1


@pytest.mark.parametrize("frames", [TABLE, STREET, SHELVES])
@pytest.mark.parametrize("perspective", ["first_person", "third_person"])
def test_the_judge_passes_what_the_writer_asks_and_the_reasoning_bears_it_out(
    frames: Sequence[GroupFrame], perspective: str
) -> None:
    asked = questions(frames, perspective)
    assert asked
    for question in asked:
        assert not failed(frames, question.answer, question.frames), question
        reply = evidence(frames, question.answer, question.frames)
        assert mismatch(reply) is None
        assert [claim.step for claim in reply.claims] == ["observation", "so_far", "inference"]
        assert reply.claims[0].frames == (frames[-1].frame,)
        assert reply.claims[-1].frames == question.frames
        assert not any(word.isdigit() for claim in reply.claims for word in claim.text.split())


def test_reading() -> None:
    assert read("The bottle was on your left before. It is on your right now.") == [
        Said("bottle", before=True, side="left"),
        Said("bottle", before=False, side="right"),
    ]
    assert read("Earlier you had a cup and books in view. Now you have a knife.") == [
        Said("cup", before=True),
        Said("book", before=True, plural=True),
        Said("knife", before=False),
    ]
    assert read(
        "Watch the car in front of you. It was further away before and has come closer."
    ) == [
        Said("car", before=False, side="centre"),
        Said("car", before=True),
        Said("car", before=False, closer=True),
    ]
    assert read("Nothing is there.") == []


@pytest.mark.parametrize(
    ("answer", "criteria"),
    [
        ("The bottle was on your left before. It is on your right now.", set()),
        (
            "The bottle was on your right before. It is on your right now.",
            {"consistent_with_frames", "needs_several_frames"},
        ),
        ("The bottle was on your left before. It is on your left now.", {"consistent_with_frames"}),
        ("There is a cup in front of you.", {"needs_several_frames"}),
        ("It is nice.", {"consistent_with_frames", "needs_several_frames", "not_subjective"}),
        ("You had a knife before. You have a cup now.", {"consistent_with_frames"}),
        (
            "Watch out for the cup in front of you. It has come closer.",
            {"consistent_with_frames"},
        ),
    ],
)
def test_the_judge_looks_at_the_boxes(answer: str, criteria: set[str]) -> None:
    assert failed(TABLE, answer, ["v/f1", "v/f2"]) - {"unique_answer"} == criteria


def test_the_judge_wants_the_paused_moment_and_one_before_it_in_order() -> None:
    answer = "The bottle was on your left before. It is on your right now."
    assert failed(TABLE, answer, ["v/f0", "v/f1"]) == {"narrative_continuity"}
    assert "needs_several_frames" in failed(TABLE, answer, ["v/f2"])
    assert "narrative_continuity" in failed(TABLE, answer, ["v/f2", "v/f0"])


def test_an_object_that_could_be_another_is_ambiguous() -> None:
    two = group(
        (0, [seen("cup", LEFT)]),
        (0, [seen("cup", LEFT)]),
        (0, [seen("cup", LEFT), seen("cup", RIGHT)]),
    )
    answer = "The cup was on your left before. It is on your right now."
    assert "unique_answer" in failed(two, answer, ["v/f1", "v/f2"])


def test_no_reasoning_for_what_the_frames_do_not_bear_out() -> None:
    answer = "The bottle was on your left before. It is on your right now."
    good = evidence(TABLE, answer, ["v/f1", "v/f2"])
    assert [i.frame for i in good.key_items] == ["v/f2", "v/f1"]
    assert "a <obj>bottle_1</obj> on your right" in good.claims[0].text
    for bad in (
        evidence(TABLE, "You had a knife. You have a cup now.", ["v/f1", "v/f2"]),
        evidence(TABLE, answer, ["v/f2"]),
        evidence(TABLE, answer, ["v/f0", "v/f1", "v/f2"], most=2),
    ):
        assert not bad.claims and not bad.key_items
