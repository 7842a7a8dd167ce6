"""Agreement of stretches of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.answers.times import Segment
from pipeline.evaluation.graders.temporal import (
    best_iop,
    best_iou,
    merged,
    union_iop,
    union_iou,
)

SEGMENTS = st.builds(Segment, st.integers(0, 50), st.integers(0, 50))
SEVERAL = st.lists(SEGMENTS, min_size=1, max_size=5)


def covered(segments: list[Segment]) -> set[int]:
    """Unit intervals that segments with whole ends cover."""
    return {n for s in map(Segment.ordered, segments) for n in range(int(s.start), int(s.end))}


def test_one_against_one() -> None:
    assert best_iou(Segment(0, 10), [Segment(5, 15)]) == pytest.approx(5 / 15)
    assert best_iop(Segment(0, 10), [Segment(5, 15)]) == 0.5
    assert best_iou(Segment(0, 1), [Segment(2, 3)]) == 0


def test_the_best_of_several_true_segments() -> None:
    truths = [Segment(0, 4), Segment(10, 20)]
    assert best_iou(Segment(10, 20), truths) == 1
    assert best_iop(Segment(12, 14), truths) == 1
    assert union_iou([Segment(10, 20)], truths) == pytest.approx(10 / 14)


def test_no_length_is_nothing() -> None:
    assert best_iou(Segment(5, 5), [Segment(0, 10)]) == best_iop(Segment(5, 5), [Segment(0, 10)])
    assert best_iop(Segment(5, 5), [Segment(0, 10)]) == 0
    assert best_iou(Segment(0, 10), [Segment(3, 3)]) == 0
    assert union_iou([], [Segment(0, 1)]) == union_iou([Segment(0, 1)], []) == 0
    assert best_iou(Segment(0, 1), []) == 0


def test_a_reversed_pair_is_swapped() -> None:
    assert best_iou(Segment(20, 10), [Segment(10, 20)]) == 1


def test_overlaps_are_merged() -> None:
    assert merged([Segment(4, 6), Segment(0, 5), Segment(8, 7), Segment(9, 9)]) == (
        Segment(0, 6),
        Segment(7, 8),
    )


def test_naming_everything_twice_gains_nothing() -> None:
    truths = [Segment(0, 4)]
    assert union_iou([Segment(0, 4), Segment(0, 4)], truths) == 1
    assert union_iop([Segment(0, 4), Segment(2, 4)], truths) == 1


@given(SEVERAL, SEVERAL)
def test_unions_agree_with_counting(predicted: list[Segment], truths: list[Segment]) -> None:
    ours, theirs = covered(predicted), covered(truths)
    iou = len(ours & theirs) / len(ours | theirs) if ours and theirs else 0
    assert union_iou(predicted, truths) == pytest.approx(iou)
    assert union_iop(predicted, truths) == pytest.approx(
        len(ours & theirs) / len(ours) if ours else 0
    )


@given(SEGMENTS, SEVERAL)
def test_the_best_lies_between_nothing_and_all(predicted: Segment, truths: list[Segment]) -> None:
    assert 0 <= best_iou(predicted, truths) <= best_iop(predicted, truths) <= 1
