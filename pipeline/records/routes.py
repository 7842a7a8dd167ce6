"""How the camera moved, and the route that follows from it."""

from typing import Literal

from pipeline.records.base import Record, record

Way = Literal["straight", "left", "right", "around", "stop"]
"""What a step of a route does."""


@record
class CameraMove(Record):
    """From one sampled frame to the next."""

    id: str
    """The id of the later frame."""
    video: str
    start_seconds: float
    """When the earlier frame is shown."""
    end_seconds: float
    yaw_degrees: float
    """By how much the camera turned; to the right is positive."""
    forward: float
    """By which share things grew around the centre of the picture; negative: it went back."""
    shake_degrees: float
    """Pitch and roll together."""
    confidence: float
    """0 to 1: the share of what was found again that turn and growth explain."""


@record
class RouteStep(Record):
    """A stretch of a route in which the camera does one thing."""

    way: Way
    start_seconds: float
    end_seconds: float
    degrees: float
    """By how much the camera turned in all; to the right is positive."""
    confidence: float
    """The lowest of its moves', 0 to 1."""
    landmark: str | None
    """The first landmark that comes near in it."""
    frame: str
    """The frame nearest to its middle."""


@record
class RouteMark(Record):
    """Something that a route comes upon: a landmark that comes near, or an action that begins."""

    name: str
    seconds: float
    frame: str


@record
class RoutePath(Record):
    """A route: its steps, and what it comes upon, in the order of time."""

    steps: tuple[RouteStep, ...]
    landmarks: tuple[RouteMark, ...]
    """Things that stand still and come near once."""
    actions: tuple[RouteMark, ...]


@record
class Route(Record):
    """A stretch of video that is one route without a gap."""

    id: str
    """The id of the group of its frames."""
    video: str
    ordinal: int
    path: RoutePath
