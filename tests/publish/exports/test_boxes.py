"""Which boxes are exported."""

from dataclasses import replace

import pytest

from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT
from pipeline.publish.exports.boxes import BoxChoice, BoxWriter
from tests.publish.exports.rows import ROW, box


@pytest.mark.parametrize(
    ("choice", "items"),
    [
        ("certain", ["dog_1"]),
        ("verified", ["dog_1", "car_1", "car_1"]),
        ("all", ["dog_1", "car_1", "car_1", "tree_1"]),
        ("none", []),
    ],
)
def test_the_choice(choice: BoxChoice, items: list[str]) -> None:
    assert [b.item for b in BoxWriter(choice, UNIT).boxes(ROW)] == items


def test_a_box_names_its_picture_and_its_time() -> None:
    found = BoxWriter("verified", PER_THOUSAND).by_item(ROW)
    assert [(b.picture, b.pts_seconds) for b in found["dog_1"]] == [(0, 12.0)]
    assert [b.numbers for b in found["car_1"]] == [(100, 200, 300, 400), (500, 200, 700, 400)]
    assert {b.picture for b in found["car_1"]} == {1}
    assert "tree_1" not in found


def test_a_box_that_cannot_be_told_is_left_out() -> None:
    thin = box("dog_1", 300, (0.2, 0.1, 0.2001, 0.9))
    stray = box("dog_1", 999, (0.2, 0.1, 0.4, 0.9))
    row = replace(ROW, boxes=(thin, stray))
    assert list(BoxWriter("all", PER_THOUSAND).boxes(row)) == []
