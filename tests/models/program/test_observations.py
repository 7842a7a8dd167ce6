import pytest

from pipeline.models.program.observations import distinct, observe, side, singular
from pipeline.records import Bbox, DetectedObject
from tests.models.program.groups import CENTRE, LEFT, RIGHT, as_json, group, seen


def labels(*frames: tuple[int, list[DetectedObject]], step: float = 0.5) -> list[tuple[str, ...]]:
    return [m.labels for m in observe(as_json(group(*frames, step=step)))]


def test_one_box_needs_a_high_score_two_a_clear_one() -> None:
    assert labels((0, [seen("vase", score=0.79)])) == [()]
    assert labels((0, [seen("vase", score=0.8)])) == [("vase",)]
    assert labels((0, [seen("car", score=0.5)]), (1, [seen("car", score=0.5)])) == [("car",)] * 2
    assert labels((0, [seen("car", LEFT, 0.5), seen("car", RIGHT, 0.5)])) == [("car",)]


def test_two_boxes_around_one_object_are_one_witness() -> None:
    other: Bbox = (0.4, 0.2, 0.6, 0.8)
    assert labels((0, [seen("vase", CENTRE, 0.6), seen("vase", other, 0.6)])) == [()]
    assert len(distinct([seen("vase", CENTRE), seen("vase", other)])) == 1


def test_a_weak_box_counts_beside_a_clear_one_of_its_scene() -> None:
    clear, weak = [seen("dog")], [seen("dog", score=0.42)]
    extra = (5, [seen("dog")])
    assert labels((0, clear), (0, weak), extra) == [("dog",)] * 3
    assert labels((0, clear), (1, weak), extra)[1] == ()
    assert labels((0, clear), (0, weak), extra, step=0.6)[1] == ()


def test_hints_are_kept_apart_from_what_is_certain() -> None:
    moment, _ = observe(as_json(group((0, [seen("car"), seen("bus", score=0.45)]), (1, []))))
    assert (moment.labels, moment.hinted) == (("car",), {"car": 1, "bus": 1})
    assert not moment.complete


def test_labels_of_which_two_may_be_there_are_not_singular() -> None:
    frames = group(
        (0, [seen("car"), seen("dog")]), (0, [seen("car", LEFT), seen("car", RIGHT, 0.4)])
    )
    assert singular(observe(as_json(frames))) == ["dog"]


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        (LEFT, "left"),
        (CENTRE, "centre"),
        (RIGHT, "right"),
        ((0.3, 0.0, 0.5, 1.0), None),
        ((0.1, 0.0, 0.9, 1.0), None),
    ],
)
def test_an_object_between_two_sides_or_too_wide_is_on_none(
    bbox: Bbox, expected: str | None
) -> None:
    assert side(bbox) == expected
