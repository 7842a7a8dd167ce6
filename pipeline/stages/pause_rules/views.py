"""What choosing question points reads of each table."""

from pipeline.records import DetectedObject, Record, record


@record
class Surviving(Record):
    """What deduplication said of a frame."""

    id: str
    video: str
    survives: bool
    similarity: float | None


@record
class Captioned(Record):
    """A frame that a writer may be shown."""

    id: str
    frame_index: int
    pts_seconds: float
    text: str
    objects: tuple[DetectedObject, ...]


@record
class SceneStart(Record):
    """Where a scene starts."""

    id: str
    ordinal: int
    start_frame: int
    start_seconds: float


@record
class Moving(Record):
    """How much moves around a sampled frame."""

    id: str
    pts_seconds: float
    motion: float


@record
class Times(Record):
    """When each frame of a segment is shown, the sampled ones among them."""

    id: str
    pts_seconds: tuple[float, ...]


@record
class Clock(Record):
    """When the video's clock starts, how long it runs, and how fast."""

    id: str
    start_seconds: float
    duration_seconds: float
    fps_num: int
    fps_den: int

    @property
    def end_seconds(self) -> float:
        return self.start_seconds + self.duration_seconds
