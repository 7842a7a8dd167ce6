"""Moves, captions and routes made by hand."""

from collections.abc import Sequence

from pipeline.records import DetectedObject, RouteMark, RoutePath, RouteStep, Way
from pipeline.stages.route_rules.views import Captioned, Moved

RATE = 4
"""Moves a second."""
AHEAD = 0.1
"""Growth a second of who walks."""


def moves(
    *legs: tuple[float, float, float], confidence: float = 0.9, start: float = 0.0
) -> list[Moved]:
    """The moves of legs of `(seconds, degrees, growth a second)`."""
    found: list[Moved] = []
    at = start
    for seconds, degrees, growth in legs:
        count = round(seconds * RATE)
        for _ in range(count):
            found.append(
                Moved(
                    id=f"v/f{at:08.2f}",
                    start_seconds=at,
                    end_seconds=at + 1 / RATE,
                    yaw_degrees=degrees / count,
                    forward=growth / RATE,
                    confidence=confidence,
                )
            )
            at += 1 / RATE
    return found


def captioned(seconds: float, text: str = "", objects: Sequence[DetectedObject] = ()) -> Captioned:
    return Captioned(
        id=f"v/f{round(seconds * 25):05d}",
        video="v",
        frame_index=round(seconds * 25),
        pts_seconds=seconds,
        text=text,
        objects=tuple(objects),
    )


def thing(label: str, side: float = 0.4, score: float = 0.9) -> DetectedObject:
    """A box of `side` by `side` of the picture."""
    return DetectedObject(label=label, bbox=(0.1, 0.1, 0.1 + side, 0.1 + side), score=score)


def path(
    ways: Sequence[Way], landmarks: Sequence[str] = (), actions: Sequence[str] = ()
) -> RoutePath:
    """A route of these steps of four seconds; landmarks and actions are three seconds apart."""
    return RoutePath(
        steps=tuple(
            RouteStep(
                way=way,
                start_seconds=4.0 * i,
                end_seconds=4.0 * i + 4,
                degrees={"left": -90.0, "right": 90.0, "around": 180.0}.get(way, 0.0),
                confidence=0.9,
                landmark=landmarks[0] if landmarks and i == 0 else None,
                frame=f"v/f{i}",
            )
            for i, way in enumerate(ways)
        ),
        landmarks=_marks(landmarks),
        actions=_marks(actions),
    )


def _marks(names: Sequence[str]) -> tuple[RouteMark, ...]:
    return tuple(
        RouteMark(name=name, seconds=3.0 * i, frame=f"v/f{i}") for i, name in enumerate(names)
    )
