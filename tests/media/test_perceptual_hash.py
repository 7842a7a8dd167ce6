"""The perceptual hash: what it does not see, what it does, and what it is exactly."""

import cv2
import numpy as np
from cv2.typing import MatLike
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.likeness import differing_bits, mean_difference
from pipeline.media.perceptual_hash import SIDE, perceptual_hash
from tests.shots import shots

HASHES = st.integers(0, 2**64 - 1).map(lambda bits: f"{bits:016x}")


def small(picture: MatLike) -> MatLike:
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def footage() -> list[MatLike]:
    pictures = [cv2.imdecode(np.frombuffer(s.jpeg, np.uint8), 0) for s in shots()]
    return [picture for picture in pictures if picture is not None]


def test_a_slope_has_the_bits_of_its_one_frequency() -> None:
    slope = np.tile(np.linspace(0, 248, SIDE).astype(np.uint8), (SIDE, 1))
    # The mean, and the odd waves along the rows, which fall: the first bits of the first row.
    assert perceptual_hash(slope) == "8000000000000000"
    assert perceptual_hash(slope[:, ::-1]) == "d500000000000000"


def test_a_plain_picture_has_no_noise_in_its_hash() -> None:
    rng = np.random.default_rng(3)
    plain = np.full((SIDE, SIDE), 100, np.uint8)
    noisy = plain + (rng.random((SIDE, SIDE)) < 0.02).astype(np.uint8)
    assert perceptual_hash(plain) == perceptual_hash(noisy) == "8000000000000000"
    assert perceptual_hash(np.zeros((SIDE, SIDE), np.uint8)) == "0" * 16


def test_scale_compression_and_brightness_change_few_bits() -> None:
    for picture in footage():
        before = perceptual_hash(small(picture))
        half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        coarse = cv2.imdecode(cv2.imencode(".jpg", picture, [1, 30])[1], 0)
        darker = (picture * 0.8).astype(np.uint8)
        assert coarse is not None
        for other in (half, coarse, darker):
            assert differing_bits(before, perceptual_hash(small(other))) <= 4


def test_other_scenes_have_other_hashes() -> None:
    pictures = footage()
    first, last = perceptual_hash(small(pictures[0])), perceptual_hash(small(pictures[-1]))
    assert differing_bits(first, last) > 16


@given(HASHES, HASHES, HASHES)
def test_bits_that_differ_are_a_distance(a: str, b: str, c: str) -> None:
    assert differing_bits(a, a) == 0
    assert differing_bits(a, b) == differing_bits(b, a) <= 64
    assert differing_bits(a, c) <= differing_bits(a, b) + differing_bits(b, c)
    assert (differing_bits(a, b) == 0) == (a == b)


def test_the_difference_of_grids_is_a_mean_over_fields() -> None:
    assert mean_difference([0.0, 10.0], [4.0, 8.0]) == 3.0
