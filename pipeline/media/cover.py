"""Areas of a picture made unrecognisable for good.

An area becomes one colour, its mean, and then the picture around it is blurred into its rim. So
three bytes are all that is left of what was there: a mosaic or a blur alone leaves more, and
networks name faces behind those (McPherson, Shokri, Shmatikov, "Defeating Image Obfuscation with
Deep Learning", 2016). The soft rim is for the eye.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np

from pipeline.media.pictures import Picture

_RIM: Final = 8
"""Standard deviations of the blur that an area's shorter side has."""
_REACH: Final = 3
"""Standard deviations beyond which the blur takes nothing."""


class Area(NamedTuple):
    """Whole pixels, the last column and row not among them."""

    left: int
    top: int
    right: int
    bottom: int


def covered(picture: Picture, areas: Sequence[Area]) -> Picture:
    """A copy of the picture with these areas covered; pixels outside of them are the same."""
    filled = picture.copy()
    for area in areas:
        inside = slice(area.top, area.bottom), slice(area.left, area.right)
        filled[inside] = np.round(picture[inside].mean(axis=(0, 1)))
    made = filled.copy()
    for area in areas:
        sigma = min(area.right - area.left, area.bottom - area.top) / _RIM
        reach = math.ceil(_REACH * sigma)
        top, left = max(0, area.top - reach), max(0, area.left - reach)
        # Of `filled`, so that no other face comes in either.
        around = filled[top : area.bottom + reach, left : area.right + reach]
        soft = cv2.GaussianBlur(around, (0, 0), sigma)
        made[area.top : area.bottom, area.left : area.right] = soft[
            area.top - top : area.bottom - top, area.left - left : area.right - left
        ]
    return made
