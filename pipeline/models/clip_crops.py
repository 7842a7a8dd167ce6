"""The parts of a frame that a box check looks at: what a box cuts out, and as much elsewhere."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from blake3 import blake3
from PIL import Image

from pipeline.models.picture import Pixels
from pipeline.records import Bbox

DRAWS: Final = 8
"""Places drawn for a random crop (ours): few leave no doubt that they were drawn, many would find
the one place without the object in a frame full of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle of whole pixels."""

    left: int
    top: int
    width: int
    height: int

    def overlap(self, other: "Place") -> int:
        """Pixels that both have."""
        wide = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        high = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(wide, 0) * max(high, 0)


def place_of(bbox: Bbox, width: int, height: int) -> Place:
    """A box in pixels of a frame of this size: edges at the nearest, and one pixel at least."""
    left, right = _edges(bbox[0], bbox[2], width)
    top, bottom = _edges(bbox[1], bbox[3], height)
    return Place(left, top, right - left, bottom - top)


def _edges(first: float, last: float, length: int) -> tuple[int, int]:
    start = min(round(first * length), length - 1)
    return start, max(round(last * length), start + 1)


def elsewhere(frame: str, bbox: Bbox, width: int, height: int) -> Place:
    """A place of the box's size, drawn by a hash of the frame's id and the box.

    Of the places drawn, the one that covers least of the box. A box that fills nearly the whole
    frame leaves no other place: its random crop is then nearly the box again, and says nothing.
    """
    box = place_of(bbox, width, height)
    seed = f"{frame}\0{','.join(f'{v:.4f}' for v in bbox)}".encode()
    drawn = np.frombuffer(blake3(seed).digest(16 * DRAWS), "<u8").reshape(DRAWS, 2)
    room = np.array([width - box.width + 1, height - box.height + 1], np.uint64)
    places = [Place(left, top, box.width, box.height) for left, top in (drawn % room).tolist()]
    return min(places, key=box.overlap)


def cut(picture: Pixels, place: Place, around: tuple[int, int, int]) -> Image.Image:
    """What a place cuts out, amid a square: the whole of it, in its own proportions.

    CLIP's transforms crop the middle of what is not square, which would leave a standing person
    without head and feet. Nothing of the frame is added: a check of the box should see the box.

    Args:
        picture: blue-green-red.
        around: red, green and blue of what fills the square.
    """
    rows = slice(place.top, place.top + place.height)
    columns = slice(place.left, place.left + place.width)
    crop = Image.fromarray(np.ascontiguousarray(picture[rows, columns, ::-1]))
    side = max(crop.size)
    square = Image.new("RGB", (side, side), around)
    square.paste(crop, ((side - crop.width) // 2, (side - crop.height) // 2))
    return square


def whole(picture: Pixels) -> Place:
    """The place of the whole frame."""
    height, width = picture.shape[:2]
    return Place(0, 0, width, height)
