"""Each fault that was counted in Ego-ST's published rows, planted in a question that is good."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.stages.selection_rules.finding import Finding
from pipeline.stages.selection_rules.route import route_findings
from pipeline.stages.selection_rules.views import Case, Choices, WrittenFrom
from pipeline.tasks import Task
from tests.stages.routing import path
from tests.stages.selection_cases import asked, judged, provenance, reasoned

ROUTE = path(["straight", "left", "straight", "right"], ("bench", "clock", "couch"))
ANSWER = "Go straight, then turn left, then go straight, then turn right"
REVERSED = "Turn right, then go straight, then turn left, then go straight"
OPTIONS = (
    "Go straight, then turn right, then go straight, then turn left",
    ANSWER,
    REVERSED,
    "Turn left, then go straight, then go straight, then turn right",
)


def case(task: Task, question: str, answer: str, evidence: str, **changes: Any) -> Case:
    row = asked(task.value, task=task, question=question, answer=answer)
    values: dict[str, Any] = {
        "asked": row,
        "group": WrittenFrom(id="g", frames=()),
        "judged": judged(row),
        "reasoned": reasoned(row, text=evidence),
        "rejected": None,
        "choices": Choices(
            id=row.id, options=OPTIONS, letter="B", provenance=provenance("options")
        ),
        "boxes": (),
        "unboxed": (),
        "intervals": (),
        "route": ROUTE,
    }
    return Case(**(values | changes))


BACK = case(Task.DIRECTION_CHANGE_REVERSE, "How does it turn on the way back?", "", "")
LANDMARKS = case(Task.LANDMARK_CHANGE_FORWARD, "What comes near, in order?", "", "")
GOOD = case(
    Task.DIRECTION_CHANGE_FORWARD,
    "How does it turn?",
    ANSWER,
    f"First: {BACK.asked.question} So: {ANSWER}.",
)
ALL = [GOOD, BACK, LANDMARKS]


def found(changed: Case) -> Finding | None:
    return next(filter(None, route_findings(changed, [changed, *ALL[1:]])), None)


def with_choices(**changes: Any) -> Case:
    assert GOOD.choices is not None
    return replace(GOOD, choices=replace(GOOD.choices, **changes))


def test_a_good_question_passes() -> None:
    assert found(GOOD) is None


def test_questions_about_no_route_are_not_looked_at() -> None:
    assert found(replace(GOOD, route=None, choices=None)) is None


@pytest.mark.parametrize(
    ("reason", "plant"),
    [
        (
            "other_category",
            lambda: replace(
                GOOD, reasoned=reasoned(GOOD.asked, text=f"{LANDMARKS.asked.question} Bench.")
            ),
        ),
        (
            "no_reverse_thinking",
            lambda: replace(GOOD, reasoned=reasoned(GOOD.asked, text=f"So: {ANSWER}.")),
        ),
        ("too_few_options", lambda: with_choices(options=OPTIONS[:3])),
        ("too_few_options", lambda: replace(GOOD, choices=None)),
        ("same_options", lambda: with_choices(options=(*OPTIONS[:3], OPTIONS[0].upper()))),
        ("wrong_letter", lambda: with_choices(letter="A")),
        ("wrong_letter", lambda: with_choices(letter="E")),
        (
            "unreadable_option",
            lambda: with_choices(options=(f"A. {OPTIONS[0]}", *OPTIONS[1:])),
        ),
        (
            "unreadable_option",
            lambda: with_choices(options=(*OPTIONS[:3], "Left, right, straight")),
        ),
        (
            "no_reversed_option",
            lambda: with_choices(options=(*OPTIONS[:2], "Turn around, then stop", OPTIONS[3])),
        ),
        (
            "inlined_options",
            lambda: replace(
                GOOD,
                asked=replace(
                    GOOD.asked, question="How does it turn? A. left, right, B. right, left"
                ),
            ),
        ),
        (
            "doubled_prefix",
            lambda: replace(
                GOOD, asked=replace(GOOD.asked, question="Question: Question: how does it turn?")
            ),
        ),
        (
            "other_route",
            lambda: replace(GOOD, judged=judged(GOOD.asked, answer=REVERSED)),
        ),
    ],
)
def test_a_planted_fault_is_found(reason: str, plant: Callable[[], Case]) -> None:
    finding = found(plant())
    assert finding is not None
    assert finding.reason == reason


def test_an_order_that_reads_the_same_from_both_ends_needs_no_reversed_option() -> None:
    same = path(["straight", "left", "straight"])
    answer = "Go straight, then turn left, then go straight"
    row = replace(GOOD.asked, answer=answer)
    options = (
        answer,
        "Go straight, then turn right, then go straight",
        "Turn left, then go straight",
        "Go straight, then turn around, then go straight",
    )
    changed = replace(
        GOOD,
        asked=row,
        judged=judged(row),
        route=same,
        choices=Choices(id=row.id, options=options, letter="A", provenance=provenance("options")),
    )
    assert found(changed) is None
