from typing import get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from transformers.models.qwen2_vl import image_processing_qwen2_vl as upstream

from pipeline.models.box_conventions import (
    Family,
    Scale,
    from_bbox,
    scale_of,
    smart_resize,
    to_bbox,
)
from pipeline.recipe import EndpointDetectorSettings

DEFAULTS = (56 * 56, 28 * 28 * 16384)
PER_MILLE = Scale(1000, 1000, pixels=False)
SIDES = st.integers(1, 6000)


def theirs(height: int, width: int, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    high, wide = upstream.smart_resize(height, width, 28, min_pixels, max_pixels)
    return high, wide


@given(SIDES, SIDES, st.integers(1, 10**6), st.integers(1, 2 * 10**7))
@example(432, 768, *DEFAULTS)
@example(1, 200, *DEFAULTS)
@example(14, 14, *DEFAULTS)
@example(4000, 3000, 3136, 1003520)
def test_pictures_are_resized_as_by_qwens_own_processor(
    height: int, width: int, min_pixels: int, max_pixels: int
) -> None:
    assume(max(height, width) <= 200 * min(height, width))
    mine = smart_resize(height, width, min_pixels, max_pixels)
    assert mine == theirs(height, width, min_pixels, max_pixels)
    assert all(type(side) is int for side in mine)


@given(st.integers(1, 20), st.integers(1, 6000))
def test_it_refuses_what_qwens_processor_refuses(short: int, long: int) -> None:
    for height, width in ((short, long), (long, short)):
        try:
            theirs(height, width, *DEFAULTS)
        except ValueError:
            with pytest.raises(ValueError, match="too narrow"):
                smart_resize(height, width, *DEFAULTS)
        else:
            smart_resize(height, width, *DEFAULTS)


def test_the_recipe_has_the_families_and_bounds() -> None:
    fields = EndpointDetectorSettings.model_fields
    assert get_args(fields["family"].annotation) == get_args(Family)
    assert (fields["min_pixels"].default, fields["max_pixels"].default) == DEFAULTS


def test_families_count_a_thousand_or_their_pixels() -> None:
    for family in ("qwen2_vl", "qwen3_vl", "internvl"):
        assert scale_of(family, 768, 432, *DEFAULTS) == PER_MILLE
    assert scale_of("qwen2_5_vl", 768, 432, *DEFAULTS) == Scale(756, 420, pixels=True)
    assert scale_of("qwen2_5_vl", 432, 768, *DEFAULTS) == Scale(420, 756, pixels=True)
    assert scale_of("qwen2_5_vl", 768, 432, 56 * 56, 28 * 28 * 100) == Scale(364, 196, pixels=True)


@pytest.mark.parametrize(
    ("numbers", "scale", "bbox"),
    [
        ((0, 0, 1000, 1000), PER_MILLE, (0.0, 0.0, 1.0, 1.0)),
        ((123, 45, 678, 910), PER_MILLE, (0.123, 0.045, 0.678, 0.91)),
        ((-3, 0.4, 1004, 999.96), PER_MILLE, (0.0, 0.0004, 1.0, 1.0)),
        ((0, 0, 756, 420), Scale(756, 420, pixels=True), (0.0, 0.0, 1.0, 1.0)),
        ((189, 105, 378, 315), Scale(756, 420, pixels=True), (0.25, 0.25, 0.5, 0.75)),
        ((1, 1, 755, 419), Scale(756, 420, pixels=True), (0.0013, 0.0024, 0.9987, 0.9976)),
    ],
)
def test_numbers_become_the_box_that_they_mean(
    numbers: tuple[float, float, float, float],
    scale: Scale,
    bbox: tuple[float, float, float, float],
) -> None:
    assert to_bbox(numbers, scale) == bbox


@given(st.data(), SIDES, SIDES, st.sampled_from(get_args(Family)))
def test_whole_numbers_come_back_as_they_were(
    data: st.DataObject, width: int, height: int, family: Family
) -> None:
    assume(max(height, width) <= 200 * min(height, width))
    scale = scale_of(family, width, height, *DEFAULTS)
    assume(max(scale.width, scale.height) < 5000)
    x1, x2 = (data.draw(st.integers(0, scale.width)) for _ in range(2))
    y1, y2 = (data.draw(st.integers(0, scale.height)) for _ in range(2))
    assert from_bbox(to_bbox((x1, y1, x2, y2), scale), scale) == (x1, y1, x2, y2)
