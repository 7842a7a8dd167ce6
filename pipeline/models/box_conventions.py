"""How families of vision-language models write boxes down, and what that is in a frame.

| family | counts |
|---|---|
| `qwen2_vl` | 0 to 1000 of the picture's width and height (Wang et al., "Qwen2-VL", 2024) |
| `qwen2_5_vl` | pixels of the picture as its processor resizes it (Bai et al., 2025) |
| `qwen3_vl` | 0 to 1000 again (Bai et al., "Qwen3-VL", 2025) |
| `internvl` | 0 to 1000 (Chen et al., "InternVL", 2023, and those after it) |
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pipeline.records import Bbox

Family: TypeAlias = Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "internvl"]

PER_MILLE: Final = 1000
FACTOR: Final = 28
"""Sides of a picture for Qwen2.5-VL are multiples of this: patches of 14 pixels, merged by two."""
NARROWEST: Final = 200
"""Its processor refuses a picture that is longer than so many times its width."""
_DIGITS: Final = 4
"""Decimals kept of coordinates, as of all detectors; a pixel of 5,000 still has a number of its
own."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a model's numbers count: where it sees the right and the bottom edge of a picture."""

    width: int
    height: int
    pixels: bool
    """Pixels of the picture as the model has it; else parts of a thousand."""


def scale_of(family: Family, width: int, height: int, min_pixels: int, max_pixels: int) -> Scale:
    """What a family's numbers count in a picture of this size.

    Args:
        width: of the picture that is sent, as the height in pixels.
        min_pixels: the server's smallest picture, of `qwen2_5_vl`; likewise the largest.

    Raises:
        ValueError: the family cannot be shown a picture so narrow.
    """
    if family != "qwen2_5_vl":
        return Scale(PER_MILLE, PER_MILLE, pixels=False)
    height, width = smart_resize(height, width, min_pixels, max_pixels)
    return Scale(width, height, pixels=True)


def smart_resize(height: int, width: int, min_pixels: int, max_pixels: int) -> tuple[int, int]:
    """Height and width to which Qwen2.5-VL's processor resizes a picture of this size.

    The same sums as in `transformers.models.qwen2_vl.image_processing_qwen2_vl.smart_resize`
    (tested against it): whole multiples of `FACTOR`, within the bounds, nearly in proportion.

    Raises:
        ValueError: the picture is narrower than the processor takes.
    """
    if max(height, width) > NARROWEST * min(height, width):
        raise ValueError(f"a picture of {width} x {height} pixels is too narrow for the model")
    high, wide = (round(side / FACTOR) * FACTOR for side in (height, width))
    if high * wide > max_pixels:
        shrink = math.sqrt(height * width / max_pixels)
        high, wide = (
            max(FACTOR, math.floor(side / shrink / FACTOR) * FACTOR) for side in (height, width)
        )
    elif high * wide < min_pixels:
        grow = math.sqrt(min_pixels / (height * width))
        high, wide = (math.ceil(side * grow / FACTOR) * FACTOR for side in (height, width))
    return high, wide


def to_bbox(numbers: tuple[float, float, float, float], scale: Scale) -> Bbox:
    """The box in the frame that a model means; what reaches beyond the picture is clipped."""
    x1, y1, x2, y2 = numbers
    left, right = (_part(x, scale.width) for x in (x1, x2))
    top, bottom = (_part(y, scale.height) for y in (y1, y2))
    return left, top, right, bottom


def _part(number: float, whole: int) -> float:
    return round(min(max(number / whole, 0.0), 1.0), _DIGITS)


def from_bbox(bbox: Bbox, scale: Scale) -> tuple[int, int, int, int]:
    """The whole numbers with which the model would write a box."""
    x1, y1, x2, y2 = bbox
    return (
        round(x1 * scale.width),
        round(y1 * scale.height),
        round(x2 * scale.width),
        round(y2 * scale.height),
    )
