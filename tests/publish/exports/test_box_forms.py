"""Every convention gives the box back, to the precision that it promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.box_conventions import PER_MILLE, Scale, scale_of, to_bbox
from pipeline.publish.exports.box_forms import (
    PER_THOUSAND,
    PIXELS,
    QWEN_PIXELS,
    UNIT,
    BoxForm,
    Numbers,
    box_text,
    centre,
    from_centre,
    qwen2_5_vl,
    to_centre,
)
from pipeline.publish.exports.llama_factory import FORMAT as LLAMA_FACTORY
from pipeline.publish.exports.llama_factory import brought
from pipeline.records import Bbox, check_bbox

LENGTH = st.floats(0.01, 1.0)


@st.composite
def boxes(draw: st.DrawFn) -> Bbox:
    """Boxes of a hundredth of the frame and more, anywhere in it."""
    width, height = draw(LENGTH), draw(LENGTH)
    x = draw(st.floats(0.0, 1.0 - width))
    y = draw(st.floats(0.0, 1.0 - height))
    bbox = (x, y, min(1.0, x + width), min(1.0, y + height))
    check_bbox(bbox)
    return bbox


SIDES = st.integers(200, 4000)


def written(form: BoxForm, bbox: Bbox, width: int = 640, height: int = 360) -> Numbers:
    numbers = form.write(bbox, width, height)
    assert numbers is not None
    return numbers


def close(one: Bbox, other: Bbox, across: float, down: float) -> bool:
    """No edge is off by more; a little for sums of floating numbers."""
    limits = (across, down, across, down)
    return all(abs(a - b) <= lim + 1e-9 for a, b, lim in zip(one, other, limits, strict=True))


@given(boxes())
def test_parts_of_one(bbox: Bbox) -> None:
    assert close(written(UNIT, bbox), bbox, 5e-5, 5e-5)


@given(boxes(), st.sampled_from([1, 100, 1000]))
def test_centre_and_size_by_every_factor(bbox: Bbox, factor: int) -> None:
    numbers = written(centre(factor), bbox)
    assert numbers == to_centre(bbox, factor)
    back = from_centre(numbers, factor)
    check_bbox(back)
    assert close(back, bbox, 1e-4, 1e-4)
    assert max(numbers) <= factor


@given(boxes())
def test_parts_of_a_thousand(bbox: Bbox) -> None:
    numbers = written(PER_THOUSAND, bbox)
    assert all(n == int(n) and 0 <= n <= PER_MILLE for n in numbers)
    assert close(to_bbox(numbers, Scale(PER_MILLE, PER_MILLE, pixels=False)), bbox, 6e-4, 6e-4)


@given(boxes(), SIDES, SIDES)
def test_pixels_of_the_stored_picture(bbox: Bbox, width: int, height: int) -> None:
    numbers = written(PIXELS, bbox, width, height)
    assert all(n == int(n) for n in numbers)
    back = to_bbox(numbers, Scale(width, height, pixels=True))
    assert close(back, bbox, 0.5 / width + 5e-5, 0.5 / height + 5e-5)


@given(boxes(), SIDES, SIDES)
def test_pixels_of_the_picture_that_qwen_sees(bbox: Bbox, width: int, height: int) -> None:
    scale = scale_of("qwen2_5_vl", width, height, *QWEN_PIXELS)
    numbers = written(qwen2_5_vl(), bbox, width, height)
    back = to_bbox(numbers, scale)
    assert close(back, bbox, 0.5 / scale.width + 5e-5, 0.5 / scale.height + 5e-5)
    assert numbers[2] <= scale.width and numbers[3] <= scale.height


@given(boxes(), SIDES, SIDES)
def test_pixels_after_llama_factory_has_shrunk_the_picture(
    bbox: Bbox, width: int, height: int
) -> None:
    form = LLAMA_FACTORY.box_form("qwen2.5-vl")
    assert form is not None
    scale = scale_of("qwen2_5_vl", *brought(width, height), *QWEN_PIXELS)
    back = to_bbox(written(form, bbox, width, height), scale)
    assert close(back, bbox, 0.5 / scale.width + 5e-5, 0.5 / scale.height + 5e-5)


@pytest.mark.parametrize(
    ("size", "seen"),
    [
        # Measured with LLaMA-Factory 0.9.5's plugin for Qwen2-VL.
        ((640, 272), (640, 272)),
        ((1280, 720), (1024, 576)),
        ((3840, 2160), (1024, 576)),
        ((20, 40), (28, 45)),
    ],
)
def test_what_llama_factory_makes_of_a_picture(
    size: tuple[int, int], seen: tuple[int, int]
) -> None:
    assert brought(*size) == seen


def test_known_boxes() -> None:
    bbox = (0.25, 0.5, 0.75, 1.0)
    assert written(UNIT, bbox) == bbox
    assert written(centre(1), bbox) == (0.5, 0.75, 0.5, 0.5)
    assert written(centre(100), bbox) == (50, 75, 50, 50)
    assert written(centre(1000), bbox) == (500, 750, 500, 500)
    assert written(PER_THOUSAND, bbox) == (250, 500, 750, 1000)
    assert written(PIXELS, bbox, 640, 272) == (160, 136, 480, 272)
    assert written(qwen2_5_vl(), bbox, 640, 272) == (161, 140, 483, 280)


@pytest.mark.parametrize("form", [PER_THOUSAND, PIXELS, qwen2_5_vl(), centre(1000), UNIT])
def test_a_box_thinner_than_the_steps_is_none(form: BoxForm) -> None:
    assert form.write((0.5, 0.1, 0.50001, 0.9), 640, 360) is None


def test_a_picture_that_qwen_cannot_be_shown_has_no_boxes() -> None:
    assert qwen2_5_vl().write((0.1, 0.1, 0.9, 0.9), 4100, 20) is None


def test_numbers_are_written_without_needless_digits() -> None:
    assert box_text((0.125, 0.1, 1.0, 0.98765)) == "[0.125, 0.1, 1, 0.9877]"
    assert box_text((100, 0, 1000, 20)) == "[100, 0, 1000, 20]"
