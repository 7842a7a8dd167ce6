"""What a stored picture looks like, in numbers."""

import cv2
import numpy as np
import pytest
from cv2.typing import MatLike

from pipeline.media.likeness import differing_bits, mean_difference
from pipeline.media.looks import GRID, Looks, looks_of
from tests.shots import shots
from tests.slides import drawn, jpeg


def look(grey: MatLike) -> Looks:
    found = looks_of(jpeg(grey))
    assert found is not None
    return found


def test_a_plain_picture() -> None:
    found = look(np.full((432, 768), 77, np.uint8))
    assert found.luma_p98 == 77
    assert found.grid == (77.0,) * GRID**2
    assert found.text_share == 0


@pytest.mark.parametrize(("lit", "expected"), [(0.01, 4), (0.03, 200)])
def test_black_is_decided_by_all_but_two_hundredths(lit: float, expected: int) -> None:
    dark = np.full((400, 800), 4, np.uint8)
    dark[: round(400 * lit * 4), :200] = 200
    assert look(dark).luma_p98 == pytest.approx(expected, abs=3)


def test_the_grid_reads_row_by_row() -> None:
    fields = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3
    found = look(cv2.resize(fields, (320, 240), interpolation=cv2.INTER_NEAREST))
    assert found.grid == pytest.approx([3.0 * i for i in range(64)], abs=2)
    assert all(value * 16 == round(value * 16) for value in found.grid)


def test_a_slide_is_text_and_a_street_is_not() -> None:
    assert look(drawn()).text_share > 0.9
    streets = [looks_of(shot.jpeg) for shot in shots()]
    assert all(street is not None and street.text_share < 0.05 for street in streets)


def test_what_a_frame_looks_like_does_not_depend_on_its_size() -> None:
    picture = cv2.imdecode(np.frombuffer(shots()[6].jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    large = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    one, other = look(picture), look(large)
    assert differing_bits(one.phash, other.phash) <= 2
    assert mean_difference(one.grid, other.grid) < 0.5
    assert abs(one.luma_p98 - other.luma_p98) <= 3


@pytest.mark.parametrize("size", [(1, 1), (16, 48), (900, 40)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    found = look(np.full(size, 50, np.uint8))
    assert len(found.grid) == 64 and len(found.phash) == 16


@pytest.mark.parametrize("data", [b"", b"garbage", b"\xff\xd8\xff\xe0 not really"])
def test_bytes_that_are_no_picture_look_like_nothing(data: bytes) -> None:
    assert looks_of(data) is None
