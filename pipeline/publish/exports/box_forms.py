"""The conventions in which consumers count boxes.

Ours are `[x1, y1, x2, y2]` in parts of the frame's width and height. The others look alike and
differ silently, so each has a name here, and what it means is told beside every export.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pipeline.models.box_conventions import PER_MILLE, Scale, from_bbox, scale_of
from pipeline.records import Bbox

Numbers: TypeAlias = tuple[float, float, float, float]

QWEN_PIXELS: Final = (56 * 56, 28 * 28 * 16384)
"""Smallest and largest picture of Qwen2.5-VL's processor, as its authors configured it."""


@dataclass(frozen=True)
class BoxForm:
    """One convention."""

    name: str
    meaning: str
    """A noun phrase for people: what the four numbers are."""
    write: Callable[[Bbox, int, int], Numbers | None]
    """From a box and the width and height of its picture in pixels; None where the convention
    cannot tell it: what is thinner than its steps would have no area, which consumers refuse."""


def box_text(numbers: Sequence[float]) -> str:
    """`[0.125, 0.1, 0.5, 0.9]`; whole numbers without a point."""
    return "[" + ", ".join(f"{n:.4f}".rstrip("0").rstrip(".") for n in numbers) + "]"


def _unit(bbox: Bbox, width: int, height: int) -> Numbers | None:
    x1, y1, x2, y2 = (round(part, 4) for part in bbox)
    return _with_area((x1, y1, x2, y2))


def _per_mille(bbox: Bbox, width: int, height: int) -> Numbers | None:
    return _with_area(from_bbox(bbox, Scale(PER_MILLE, PER_MILLE, pixels=False)))


def _pixels(bbox: Bbox, width: int, height: int) -> Numbers | None:
    return _with_area(from_bbox(bbox, Scale(width, height, pixels=True)))


def _with_area(corners: Numbers) -> Numbers | None:
    x1, y1, x2, y2 = corners
    return corners if x1 < x2 and y1 < y2 else None


UNIT: Final = BoxForm("unit", "[x1, y1, x2, y2] in 0..1 of the picture's width and height", _unit)
PER_THOUSAND: Final = BoxForm(
    "per-mille",
    "[x1, y1, x2, y2] in whole numbers, 0..1000 of the picture's width and height, as Qwen2-VL, "
    "Qwen3-VL and InternVL count",
    _per_mille,
)
PIXELS: Final = BoxForm(
    "pixels", "[x1, y1, x2, y2] in whole pixels of the picture as it is stored", _pixels
)


NO_BOXES: Final = BoxForm(
    "none", "no numbers, for its form has no boxes", lambda bbox, width, height: None
)


def qwen2_5_vl(before: Callable[[int, int], tuple[int, int]] | None = None) -> BoxForm:
    """Pixels of the picture as Qwen2.5-VL's processor resizes it.

    Args:
        before: width and height to which the consumer itself brings a picture first.
    """

    def write(bbox: Bbox, width: int, height: int) -> Numbers | None:
        given = before(width, height) if before is not None else (width, height)
        try:
            scale = scale_of("qwen2_5_vl", *given, *QWEN_PIXELS)
        except ValueError:
            return None  # too narrow: the model cannot be shown this picture at all
        return _with_area(from_bbox(bbox, scale))

    return BoxForm(
        "qwen2.5-vl",
        "[x1, y1, x2, y2] in whole pixels of the picture as Qwen2.5-VL's processor resizes it "
        f"(sides are multiples of 28; {QWEN_PIXELS[0]} to {QWEN_PIXELS[1]} pixels)",
        write,
    )


def centre(factor: int) -> BoxForm:
    """Centre and size times a factor, as VideoEspresso's released files have them."""

    def write(bbox: Bbox, width: int, height: int) -> Numbers | None:
        numbers = to_centre(bbox, factor)
        return numbers if numbers[2] > 0 and numbers[3] > 0 else None

    times = f", times {factor}" if factor > 1 else ""
    return BoxForm(
        f"centre-{factor}",
        f"[centre x, centre y, width, height] in parts of the picture{times}",
        write,
    )


def to_centre(bbox: Bbox, factor: int) -> Numbers:
    """A box as centre and size, to a ten-thousandth of the frame."""
    x1, y1, x2, y2 = bbox
    digits = 5 - len(str(factor))
    cx, cy, w, h = (
        round(n * factor, digits) for n in ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    )
    return cx, cy, w, h


def from_centre(numbers: Numbers, factor: int) -> Bbox:
    """The box of a centre and a size; what reaches beyond the frame is clipped."""
    cx, cy, w, h = (n / factor for n in numbers)
    x1, x2 = (min(max(x, 0.0), 1.0) for x in (cx - w / 2, cx + w / 2))
    y1, y2 = (min(max(y, 0.0), 1.0) for y in (cy - h / 2, cy + h / 2))
    return x1, y1, x2, y2
