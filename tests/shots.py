"""Stills of the real footage, as the frames stage would store them."""

from dataclasses import dataclass
from functools import cache

import av
import cv2

from tests.footage import bikes


@dataclass(frozen=True)
class Shot:
    """One frame as JPEG."""

    frame_index: int
    pts_seconds: float
    jpeg: bytes


@cache
def shots() -> tuple[Shot, ...]:
    """One frame a second of `bikes`."""
    found = []
    with av.open(str(bikes())) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % 25 == 0 and frame.time is not None:
                _, data = cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"))
                found.append(Shot(index, frame.time, data.tobytes()))
    return tuple(found)
