"""What is right, from the columns of a row."""

import pytest

from pipeline.evaluation.answers.times import Segment
from pipeline.evaluation.graders.truth import Truth, truth

OPTIONS = ("A. red", "B. green")


@pytest.mark.parametrize("answer", ["B", "(B)", "B.", "B. green", "green", "<answer>B</answer>"])
def test_a_letter_in_any_spelling(answer: str) -> None:
    assert truth("exact_match", answer, options=OPTIONS).letter == "B"


def test_a_text_where_there_are_no_options() -> None:
    found = truth("exact_match", "<answer>a red car</answer>")
    assert (found.answer, found.letter) == ("a red car", None)


def test_an_answer_that_only_begins_like_a_letter() -> None:
    assert truth("exact_match", "A. Lincoln speaks.").answer == "A. Lincoln speaks."
    assert truth("exact_match", "(b).").letter == "B"
    assert truth("exact_match", "A", options=("C", "A")).letter == "A"


def test_segments_as_numbers_and_as_text() -> None:
    wanted = (Segment(20.3, 30.8),)
    assert truth("iou", "", segments=[[20.3, 30.8]]).segments == wanted
    assert truth("iou", "[20.3, 30.8]").segments == wanted
    assert truth("gqa", "A <> [20.3, 30.8]") == Truth("gqa", "A", (), wanted)
    assert truth("gqa", "(A)", segments=[[20.3, 30.8]], options=OPTIONS).letter == "A"


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        ("ocr", "A", "'ocr' is no type of problem"),
        ("exact_match", "C", "is none of 2 options"),
        ("exact_match", "blue", "is none of 2 options"),
        ("math", "  ", "has no right answer"),
        ("iou", "later", "has no segment with a length"),
        ("iou", "[3, 3]", "has no segment with a length"),
        ("iou", "[8, 3]", "has no segment with a length"),
        ("gqa", "A", "has no segment with a length"),
    ],
)
def test_wrong_keys_are_refused(kind: str, answer: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        truth(kind, answer, options=OPTIONS if kind == "exact_match" else ())
