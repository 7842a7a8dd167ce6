"""Boxes in replies."""

import pytest

from pipeline.evaluation.answers.box import Corners, read_box
from pipeline.evaluation.answers.parsed import Parsed, Reason, Unparsed


@pytest.mark.parametrize(
    ("reply", "box"),
    [
        ("[0.1, 0.2, 0.5, 0.9]", (0.1, 0.2, 0.5, 0.9)),
        ("The car is at (0, 0, 1, 1).", (0, 0, 1, 1)),
        ('{"bbox_2d": [0.1, .2, 0.5, 0.9]}', (0.1, 0.2, 0.5, 0.9)),
        ("<think>[0,0,1,1]</think><answer>[0.5,0.5,0.75,1]</answer>", (0.5, 0.5, 0.75, 1)),
    ],
)
def test_a_box(reply: str, box: Corners) -> None:
    assert read_box(reply) == Parsed(box)


def test_the_scale_is_told_and_never_guessed() -> None:
    assert read_box("[100, 200, 500, 900]", width=1000, height=1000) == Parsed((0.1, 0.2, 0.5, 0.9))
    found = read_box("[100, 200, 500, 900]")
    assert isinstance(found, Unparsed) and found.reason == "malformed"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("no box", "no_answer"),
        ("[0.1, 0.2, 0.5]", "malformed"),
        ("[0.1, 0.2, 0.5, 0.9, 1]", "malformed"),
        ("[0.1, 0.2, 0.5, 1.2.3]", "malformed"),
        ("[0.5, 0.2, 0.1, 0.9]", "malformed"),
        ("[0.1, 0.2, 0.1, 0.9]", "malformed"),
        ("[0, 0, 1, 1] or [0, 0, 1, 0.5]", "several"),
    ],
)
def test_no_box(reply: str, reason: Reason) -> None:
    found = read_box(reply)
    assert isinstance(found, Unparsed) and found.reason == reason, found
