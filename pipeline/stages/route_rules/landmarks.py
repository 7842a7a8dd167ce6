"""Landmarks: things that stand still and come near once on the way.

Only such a thing has a place in the order of a route, forward and in reverse. What moves by itself
is none; of a label that comes near twice nobody can tell which one is meant; and of two that are
passed one inside the other the way back has no other order.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from pipeline.models.program.distractors.mentions import labels_in
from pipeline.recipe import RoutesSettings
from pipeline.records import RouteMark
from pipeline.stages.route_rules.views import Captioned

FIXED: Final = frozenset(
    {
        *("traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "chair"),
        *("couch", "potted plant", "bed", "dining table", "toilet", "tv", "microwave", "oven"),
        *("toaster", "sink", "refrigerator", "clock", "vase"),
    }
)
"""COCO's labels of things that stay where they are."""
_APART_SECONDS: Final = 3.0
"""A thing that was not near for longer came near twice."""
_BETWEEN_SECONDS: Final = 0.5
"""Two that come near within less have no order."""
_ALONE: Final = 0.8
"""Score from which one frame is enough."""


def landmarks(frames: Sequence[Captioned], settings: RoutesSettings) -> tuple[RouteMark, ...]:
    """The landmarks of a stretch of video, in the order in which they come near.

    Where no frame has boxes, what a caption names is near while captions name it.
    """
    boxed = any(frame.objects for frame in frames)
    near: dict[str, list[tuple[Captioned, float]]] = {}
    for frame in frames:
        here = _near(frame, settings) if boxed else dict.fromkeys(labels_in(frame.text), 1.0)
        for label, score in here.items():
            if label in FIXED:
                near.setdefault(label, []).append((frame, score))
    once = [
        (shown[0][0], shown[-1][0].pts_seconds, label)
        for label, shown in near.items()
        if _once([f.pts_seconds for f, _ in shown]) and (len(shown) > 1 or shown[0][1] >= _ALONE)
    ]
    kept: list[RouteMark] = []
    left = float("-inf")
    for frame, last, label in sorted(once, key=lambda o: (o[0].pts_seconds, o[1], o[2])):
        late = not kept or frame.pts_seconds - kept[-1].seconds >= _BETWEEN_SECONDS
        if late and last >= left + _BETWEEN_SECONDS:
            kept.append(RouteMark(name=label, seconds=frame.pts_seconds, frame=frame.id))
            left = last
    return tuple(kept)


def _near(frame: Captioned, settings: RoutesSettings) -> dict[str, float]:
    """The labels that are near in a frame, each with its best score."""
    found: dict[str, float] = {}
    for o in frame.objects:
        x1, y1, x2, y2 = o.bbox
        if o.score >= settings.min_score and (x2 - x1) * (y2 - y1) >= settings.near_area:
            found[o.label] = max(o.score, found.get(o.label, 0.0))
    return found


def _once(seconds: Sequence[float]) -> bool:
    return all(b - a <= _APART_SECONDS for a, b in pairwise(seconds))
