"""What foreign numbers mean is found out from all of them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.imports.box_readings import FACTORS, READINGS, Reading, Tally, reading_of
from pipeline.publish.exports.box_forms import Numbers, to_centre
from pipeline.records import Bbox, check_bbox
from tests.publish.exports.test_box_forms import boxes, close


def tally(given: list[Numbers]) -> Tally:
    found = Tally()
    for numbers in given:
        found.add(numbers)
    return found


@given(boxes(), st.sampled_from(FACTORS))
def test_a_box_comes_back_through_every_factor(bbox: Bbox, factor: int) -> None:
    x1, y1, x2, y2 = (n * factor for n in bbox)
    # Numbers that all are below 1 are taken for parts of one, whatever the file's factor.
    assume(factor == 1 or max(to_centre(bbox, factor)) > 1)
    back = Reading("centre", factor).bbox(to_centre(bbox, factor))
    assert back is not None
    check_bbox(back)
    assert close(back, bbox, 1e-4, 1e-4)
    back = Reading("corners", factor).bbox((x1, y1, x2, y2))
    assert back is not None and close(back, bbox, 1e-9, 1e-9)


@given(
    st.lists(boxes().filter(lambda b: min(b[2], b[3]) > 0.05), max_size=40),
    st.sampled_from(FACTORS),
)
def test_many_boxes_tell_their_convention(others: list[Bbox], factor: int) -> None:
    # As in footage: large boxes among many make the factor sure.
    large = [(0.0, 0.0, 1.0, 1.0), (0.5, 0.4, 0.9, 1.0)] * 4
    found = tally([to_centre(bbox, factor) for bbox in (*others, *large)])
    assert found.best() == Reading("centre", factor)


CORNERS = [(0.1, 0.2, 0.4, 0.5), (0.6, 0.5, 0.9, 1.0), (0.0, 0.7, 0.3, 0.9), (0.5, 0.1, 0.8, 0.3)]


@pytest.mark.parametrize("factor", FACTORS)
def test_corners_are_told_from_centre_and_size(factor: int) -> None:
    scaled = [(a * factor, b * factor, c * factor, d * factor) for a, b, c, d in CORNERS]
    assert tally(scaled).best() == Reading("corners", factor)


def test_a_few_boxes_of_another_annotation_do_not_change_the_reading() -> None:
    many = [to_centre((0.2, 0.3, 0.8, 0.9), 1000)] * 97
    few = [(0.5, 0.5, 0.2, 0.2), (900.0, 900.0, 500.0, 500.0)]
    found = tally([*many, *few])
    reading = Reading("centre", 1000)
    assert found.best() == reading
    assert found.share(reading) == pytest.approx(97 / 99)
    assert [reading.bbox(numbers) for numbers in few] == [None, None]


def test_a_box_that_a_smaller_factor_would_fit_is_doubtful() -> None:
    reading = Reading("centre", 1000)
    assert reading.doubtful((40, 30, 20, 10)) and not reading.doubtful((400, 30, 20, 10))
    assert not Reading("centre", 1).doubtful((0.4, 0.3, 0.2, 0.1))


def test_what_reaches_a_little_beyond_the_picture_is_clipped() -> None:
    assert Reading("centre", 100).bbox((50, 50, 101, 100)) == (0.0, 0.0, 1.0, 1.0)
    assert Reading("centre", 100).bbox((50, 50, 110, 100)) is None
    assert Reading("centre", 100).bbox((50, 50, 0, 10)) is None


def test_no_boxes_have_no_reading() -> None:
    assert Tally().best() is None and Tally().share(READINGS[0]) == 0.0


def test_boxes_without_a_common_reading_take_what_most_fit() -> None:
    mixed = [to_centre((0.2, 0.3, 0.8, 0.9), 1)] * 4 + [(5000.0, 5000.0, 1.0, 1.0)] * 6
    assert tally(mixed).best() == Reading("centre", 1)


def test_readings_have_names() -> None:
    assert reading_of("centre-1000") == Reading("centre", 1000)
    assert reading_of("pixels") is None
