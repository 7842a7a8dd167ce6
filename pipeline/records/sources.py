"""Files, what people said of them, and the videos they turned out to hold."""

from typing import ClassVar, Literal

from pipeline.records.base import Bbox, Pair, Record, check_bbox, record


@record
class Input(Record):
    """A file that the recipe names, with what `videos.csv` says of it."""

    id: str
    """The path as given, with `/` between its parts."""
    path: str
    size: int
    """Bytes."""
    modified_ns: int
    """Modification time; with path and size it stands for the content until that is hashed."""
    licence: str | None
    source: str | None
    """Where the video comes from: a dataset's name or an address."""
    split_group: str | None
    """What must not be divided between train and test: a participant, a place, a series."""
    metadata: tuple[Pair, ...]


@record
class Override(Record):
    """A human's decision on one question, from `overrides.csv` in the workspace."""

    id: str
    """The question's id."""
    action: Literal["keep", "reject"]
    reason: str | None
    answer: str | None
    """A corrected answer, if the human gave one."""


@record
class BoxOverride(Record):
    """Where a human sees a key item, from `box_overrides.csv` in the workspace."""

    id: str
    """`<question>#<item>`."""
    question: str
    item: str
    frame: str
    """The core frame on which it is seen."""
    bbox: Bbox

    def __post_init__(self) -> None:
        check_bbox(self.bbox)


@record
class Source(Record):
    """One input file and the video it turned out to hold; two files may hold the same one."""

    id: str
    """The input's id."""
    video: str


@record
class Keyframe(Record):
    """A frame that can be decoded without any earlier one."""

    pts: int
    """In ticks of the stream's time base."""
    frame_index: int


@record
class Video(Record):
    """What the probe found out about one content, by demuxing it once."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"path"})

    id: str
    """BLAKE3 of the file's bytes, 128 bits in hex."""
    path: str
    container: str
    codec: str
    pixel_format: str
    duration_seconds: float
    start_seconds: float
    """Time of the first frame on the container's clock."""
    fps_num: int
    fps_den: int
    """Exact average frame rate, `fps_num / fps_den`."""
    time_base_num: int
    time_base_den: int
    frame_count: int
    """Frames that the demuxer found, which is what a reader will get."""
    claimed_frames: int | None
    """Frames that the header promises, where it does."""
    width: int
    """Displayed width in pixels, after rotation."""
    height: int
    rotation: Literal[0, 90, 180, 270]
    """Degrees clockwise that the decoded picture is turned for display."""
    variable_frame_rate: bool
    truncated: bool
    """The file ends before its header says; the frames that are there are used."""
    exact_index: bool
    """Every frame has a distinct time in the container, so segments can be cut at keyframes."""
    keyframes: tuple[Keyframe, ...]
