from functools import cache

import cv2
import numpy as np
import pytest

from pipeline.models.failure import ModelFailure
from pipeline.models.picture import Pixels, decode
from pipeline.models.ssd import SsdMobilenet, clip
from pipeline.records import DetectedObject
from tests.shots import shots


@cache
def network() -> SsdMobilenet:
    return SsdMobilenet()


def ssd(pixels: Pixels, min_score: float) -> list[DetectedObject]:
    (found,) = network()([pixels], min_score)
    return found


def picture(number: int) -> Pixels:
    pixels = decode("f", shots()[number].jpeg)
    assert not isinstance(pixels, ModelFailure)
    return pixels


def test_it_sees_what_is_in_the_street() -> None:
    seen = {o.label for i in range(len(shots())) for o in ssd(picture(i), 0.5)}
    assert {"person", "car", "bicycle"} <= seen


def test_objects_come_best_first_above_the_score_and_inside_the_frame() -> None:
    for i in range(len(shots())):
        objects = ssd(picture(i), 0.3)
        assert [o.score for o in objects] == sorted((o.score for o in objects), reverse=True)
        assert all(o.score >= 0.3 for o in objects)  # The boxes check themselves.


def test_bits_depend_neither_on_threads_nor_on_what_came_before() -> None:
    alone = ssd(picture(4), 0.0)
    ssd(picture(5), 0.0)
    cv2.setNumThreads(2)
    try:
        assert ssd(picture(4), 0.0) == alone
    finally:
        cv2.setNumThreads(1)
    assert SsdMobilenet()([picture(4)], 0.0) == [alone]


def test_bits_do_not_depend_on_the_batch() -> None:
    pictures = [picture(i) for i in range(5)]
    assert network()(pictures, 0.0) == [ssd(p, 0.0) for p in pictures]


def test_a_blank_picture_has_nothing_in_it() -> None:
    assert ssd(np.full((90, 160, 3), 128, np.uint8), 0.5) == []


@pytest.mark.parametrize(
    ("corners", "bbox"),
    [
        ([0.1, 0.2, 0.3, 0.4], (0.1, 0.2, 0.3, 0.4)),
        ([-0.5, -0.1, 1.5, 1.1], (0.0, 0.0, 1.0, 1.0)),
        ([1.1, 0.0, 1.2, 1.0], None),
        ([0.5, 0.0, 0.5, 1.0], None),
        ([0.6, 0.0, 0.4, 1.0], None),
    ],
)
def test_boxes_are_clipped_and_empty_ones_dropped(
    corners: list[float], bbox: tuple[float, ...] | None
) -> None:
    assert clip(corners) == bbox


@pytest.mark.parametrize("data", [b"", b"no picture", shots()[0].jpeg[:20]])
def test_bytes_that_are_no_picture_are_a_value(data: bytes) -> None:
    found = decode("v/f7", data)
    assert isinstance(found, ModelFailure)
    assert found.error_class == "UndecodableImage"
    assert "v/f7" in found.message
