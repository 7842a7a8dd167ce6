"""Pictures small enough to stand in a page, as `data:` URLs."""

import base64
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from pipeline.media.pictures import encode_jpeg

LONG_SIDE: Final = 640
"""Pixels: what a column of a desktop page shows, and twice what a phone does."""
_QUALITY: Final = 75


@dataclass(frozen=True)
class SmallPicture:
    """A picture of the page."""

    url: str
    width: int
    height: int


def small_picture(jpeg: bytes) -> SmallPicture | None:
    """The picture, no larger than `LONG_SIDE`; None for bytes that are none."""
    data = np.frombuffer(jpeg, np.uint8)
    # OpenCV raises on an empty buffer and answers None for any other that it cannot read.
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    if picture is None:
        return None
    height, width = picture.shape[:2]
    factor = min(1.0, LONG_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size != (width, height):
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    text = base64.b64encode(encode_jpeg(picture, _QUALITY)).decode("ascii")
    return SmallPicture(f"data:image/jpeg;base64,{text}", *size)
