"""What a stored frame looks like, as the few numbers that filters compare with thresholds."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipeline.media.perceptual_hash import SIDE, perceptual_hash
from pipeline.media.pictures import Picture
from pipeline.media.text_share import text_share

GREY_SIDE: Final = 768
"""Longer side, at most, of the picture that is looked at: small print is told at this size."""
GRID: Final = 8
"""Fields along each side."""
NOT_EXCEEDED: Final = 0.98
"""The share of the picture whose luma decides about black, as in ffmpeg's `blackdetect`."""


@dataclass(frozen=True, slots=True)
class Looks:
    """The numbers of one picture; see `records.Look`."""

    luma_p98: int
    grid: tuple[float, ...]
    phash: str
    text_share: float


def looks_of(jpeg: bytes) -> Looks | None:
    """Look at a JPEG; None where the bytes are no picture.

    All is computed from whole numbers or rounded to few digits, so that the same bytes look the
    same on every machine.
    """
    data = np.frombuffer(jpeg, np.uint8)
    # OpenCV raises on an empty buffer and answers None for any other that it cannot read.
    grey = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if len(data) else None
    if grey is None:
        return None
    factor = GREY_SIDE / max(grey.shape)
    if factor < 1:
        grey = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return Looks(_not_exceeded(grey), _grid(small), perceptual_hash(small), text_share(grey))


def phash_of(jpeg: bytes) -> str:
    """The perceptual hash of a JPEG that is known to be one, 16 hex digits."""
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None, "what was stored as a JPEG is one"
    return perceptual_hash(cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def _not_exceeded(grey: Picture) -> int:
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().cumsum()
    return int(np.searchsorted(counts, NOT_EXCEEDED * grey.size))


def _grid(small: Picture) -> tuple[float, ...]:
    """Means of fields of a picture that they divide evenly: sixteenths of a level, exactly."""
    field = SIDE // GRID
    fields = small.reshape(GRID, field, GRID, field).mean(axis=(1, 3))
    return tuple(fields.ravel().tolist())
