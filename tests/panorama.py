"""A camera that turns and walks in a drawn world, so that its motion is known to the degree.

The world is a wall all around, drawn once: turning the camera is exact, and going ahead enlarges
the picture around its centre, as a far wall grows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 384, 240
FIELD_OF_VIEW = 70.0
_PER_DEGREE = 10
"""Columns of the wall for one degree."""


def wall(seed: int = 3) -> Picture:
    """The wall around the camera: 360 degrees of patches of many sizes."""
    draw = np.random.default_rng(seed)
    picture = np.full((1200, 360 * _PER_DEGREE, 3), 128, np.uint8)
    for _ in range(3600):
        x, y = (int(draw.integers(0, side)) for side in picture.shape[1::-1])
        w, h = (int(side) for side in draw.integers(8, 90, 2))
        colour = tuple(int(c) for c in draw.integers(0, 255, 3))
        for shift in (0, -picture.shape[1]):
            cv2.rectangle(picture, (x + shift, y), (x + shift + w, y + h), colour, -1)
    return picture


def view(around: Picture, heading: float, zoom: float = 1.0) -> Picture:
    """What a camera sees that looks to `heading` degrees, enlarged around the centre."""
    focal = zoom * WIDTH / 2 / np.tan(np.radians(FIELD_OF_VIEW) / 2)
    x, y = np.meshgrid(np.arange(WIDTH) - (WIDTH - 1) / 2, np.arange(HEIGHT) - (HEIGHT - 1) / 2)
    azimuth = np.degrees(np.arctan2(x, focal)) + heading
    up = np.degrees(np.arctan2(y, np.hypot(x, focal)))
    columns = (azimuth * _PER_DEGREE) % around.shape[1]
    rows = around.shape[0] / 2 + up * _PER_DEGREE
    return cv2.remap(
        around,
        columns.astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    ).astype(np.uint8)


@dataclass(frozen=True)
class Leg:
    """A part of a walk."""

    seconds: float
    turn: float = 0.0
    """Degrees in all; to the right is positive."""
    ahead: float = 0.0
    """Growth of the picture in one second."""


def walk(legs: Sequence[Leg], rate: int = 10, seed: int = 3) -> Iterator[Picture]:
    """The frames of a walk. After each stretch ahead another part of the wall is as far as ever."""
    around, heading = wall(seed), 0.0
    for leg in legs:
        count = round(leg.seconds * rate)
        for i in range(count):
            heading += leg.turn / count
            # Growth starts anew every four seconds: a wall would else fill the picture.
            yield view(around, heading, (1 + leg.ahead) ** ((i % (4 * rate)) / rate))
