"""What routes are made from."""

from pipeline.records import DetectedObject, Record, record


@record
class Captioned(Record):
    """A frame and what is said of it."""

    id: str
    video: str
    frame_index: int
    pts_seconds: float
    text: str
    objects: tuple[DetectedObject, ...]


@record
class Moved(Record):
    """How the camera moved between two sampled frames."""

    id: str
    start_seconds: float
    end_seconds: float
    yaw_degrees: float
    forward: float
    confidence: float

    @property
    def seconds(self) -> float:
        return self.end_seconds - self.start_seconds


@record
class Cut(Record):
    """Where a scene starts."""

    id: str
    ordinal: int
    start_frame: int
