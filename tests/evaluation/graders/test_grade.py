"""Grades by the type of the problem."""

import pytest

from pipeline.evaluation.graders.grade import Grade, Letters, grade, right
from pipeline.evaluation.graders.truth import truth

CHOICE = truth("exact_match", "B", options=("red", "green", "blue", "none"))
HALF = truth("math", "0.5")
SPAN = truth("iou", "", segments=[[0, 10], [20, 30]])
GROUNDED = truth("gqa", "A <> [20, 30]")


@pytest.mark.parametrize(
    ("reply", "letters", "score"),
    [
        ("B", "anchored", 1),
        ("<answer>B. green</answer>", "anchored", 1),
        ("green", "anchored", 1),
        ("A", "anchored", 0),
        (r"\boxed{(b)}", "strict", 1),
        ("B.", "strict", 0),
        ("B. green", "strict", 0),
    ],
)
def test_letters(reply: str, letters: Letters, score: float) -> None:
    assert grade(reply, CHOICE, letters=letters).score == score


def test_an_unreadable_reply_is_told_from_a_wrong_one() -> None:
    wrong, unread = grade("A", CHOICE), grade("A and B", CHOICE)
    assert wrong == Grade(0, answer=False) and unread.score == 0
    assert unread.unparsed is not None and unread.unparsed.reason == "several"


def test_texts() -> None:
    text = truth("exact_match", "A red car.")
    assert grade("<answer>a red  car</answer>", text).answer
    assert not grade("a blue car", text).answer
    assert grade("<think>t", text).unparsed


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("1/2", True),
        ("0.50", True),
        (r"\boxed{\frac{1}{2}}", True),
        ("50%", True),
        ("0.51", False),
    ],
)
def test_numbers(reply: str, answer: bool) -> None:
    """Video-R1's grader calls 4 and 4.0 different, because one has a decimal point."""
    assert grade(reply, HALF).answer is answer
    assert grade("4.0", truth("math", "4")).answer


def test_formulas_by_their_text() -> None:
    root = truth("math", r"\sqrt{2} + 1")
    assert grade(r"\boxed{\sqrt{2}+1}", root).answer
    assert not grade(r"\boxed{1+\sqrt{2}}", root).answer
    assert grade(r"\boxed{", root).unparsed and grade("many", HALF).unparsed


def test_times() -> None:
    assert grade("[20, 25]", SPAN).score == 0.5
    assert grade("[20, 25]", SPAN).iop == 1
    assert grade("[30, 20]", SPAN).score == 1
    assert grade("[5, 5]", SPAN) == Grade(0, iou=0, iop=0)
    assert grade("[20, 25]", SPAN, segments="union").score == 0.25
    both = "[0, 10] and [20, 30]"
    assert grade(both, SPAN, segments="union").score == 1
    unread = grade(both, SPAN)
    assert unread.score == 0 and unread.unparsed and unread.unparsed.reason == "several"


def test_a_time_before_the_true_one_earns_nothing() -> None:
    """Open-o3-Video compares `gt - pred < 1` without abs: any later prediction matches."""
    late = truth("iou", "", segments=[[1, 2]])
    assert grade("[100, 101]", late).score == 0


@pytest.mark.parametrize(
    ("reply", "score", "grounded"),
    [
        (r"\boxed{A <> [20, 30]}", 2, True),
        (r"\boxed{A <> [20, 25]}", 1.5, True),
        (r"\boxed{A <> [0, 30]}", 1 + 1 / 3, False),
        (r"\boxed{B <> [20, 30]}", 1, False),
        ("A [20, 30]", 2, True),
        ("A <> [40, 50]", 1, False),
        ("A <> later", 1, False),
        ("neither <> [20, 30]", 1, False),
        ("", 0, False),
    ],
)
def test_grounded_answers(reply: str, score: float, grounded: bool) -> None:
    found = grade(reply, GROUNDED)
    assert found.score == pytest.approx(score) and found.grounded is grounded


def test_a_part_that_cannot_be_read_is_told() -> None:
    assert (
        grade("A <> later", GROUNDED).unparsed and grade("neither <> [20, 30]", GROUNDED).unparsed
    )
    assert grade("A", CHOICE).grounded is None


def test_what_counts_as_right() -> None:
    assert right(grade("B", CHOICE), CHOICE, iou=0.5)
    assert not right(grade("A", CHOICE), CHOICE, iou=0.5)
    assert right(grade("[20, 25]", SPAN), SPAN, iou=0.5)
    assert not right(grade("[20, 25]", SPAN), SPAN, iou=0.6)
    assert right(grade("A <> [20, 26]", GROUNDED), GROUNDED, iou=0.5)
    assert not right(grade("B <> [20, 30]", GROUNDED), GROUNDED, iou=0.5)
