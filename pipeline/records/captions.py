"""What is said of frames, how alike it is, and the groups that survive."""

from pipeline.records.base import Bbox, Float32, Record, check_bbox, record


@record
class DetectedObject(Record):
    """An object that the captioner saw in a frame."""

    label: str
    bbox: Bbox
    score: float

    def __post_init__(self) -> None:
        check_bbox(self.bbox)


@record
class Caption(Record):
    """What a captioner says of one frame."""

    id: str
    """The frame's id."""
    video: str
    frame_index: int
    pts_seconds: float
    text: str
    objects: tuple[DetectedObject, ...]
    """Empty where the captioner does not detect."""
    captioner: str
    """The kind and model that wrote it; `detector` never passes for a language model."""


@record
class Vector(Record):
    """The sentence embedding of one caption, L2-normalised."""

    id: str
    """The frame's id."""
    video: str
    values: tuple[Float32, ...]


@record
class Survivor(Record):
    """What semantic deduplication decided about a frame, and how close the call was."""

    id: str
    """The frame's id."""
    video: str
    survives: bool
    similarity: float | None
    """Cosine to the last survivor's caption; null for the first frame."""


@record
class GroupFrame(Record):
    """A survivor inside its group, with all that a writer may know of it."""

    frame: str
    frame_index: int
    pts_seconds: float
    scene: int
    caption: str
    objects: tuple[DetectedObject, ...]


@record
class Group(Record):
    """Consecutive survivors from which one set of questions is written."""

    id: str
    """Hash of the frames' ids."""
    video: str
    ordinal: int
    frames: tuple[GroupFrame, ...]
    frame_ids: tuple[str, ...]
    """Ids of the frames, for those that join by them."""
