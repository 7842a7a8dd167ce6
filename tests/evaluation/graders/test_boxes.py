"""Agreement of boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.answers.box import Corners
from pipeline.evaluation.graders.boxes import box_iou

PART = st.floats(0, 1)
BOX = st.tuples(PART, PART, PART, PART)


@pytest.mark.parametrize(
    ("one", "other", "iou"),
    [
        ((0, 0, 1, 1), (0, 0, 1, 1), 1),
        ((0, 0, 0.5, 1), (0.25, 0, 0.75, 1), 1 / 3),
        ((0, 0, 0.5, 0.5), (0.5, 0.5, 1, 1), 0),
        ((0, 0, 0, 1), (0, 0, 1, 1), 0),
        ((1, 1, 0, 0), (0, 0, 1, 1), 0),
    ],
)
def test_boxes(one: Corners, other: Corners, iou: float) -> None:
    assert box_iou(one, other) == pytest.approx(iou)


@given(BOX, BOX)
def test_any_two_boxes(one: Corners, other: Corners) -> None:
    assert 0 <= box_iou(one, other) <= 1 + 1e-9
    assert box_iou(one, other) == box_iou(other, one)
