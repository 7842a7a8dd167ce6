"""The records that stages exchange, and from which `schemas/` is generated.

One class is one table. Every record has an `id` that follows from content, never from time or
place, so that the same video gives the same ids on every machine. Rules that hold for all:

* A frame is `(frame_index, pts_seconds)`, both from the container: the index in presentation
  order, and the container's own clock (a non-zero start is kept, see `Video.start_seconds`).
* An interval is `[start, end)` in seconds on that clock, `start < end`.
* A box is `[x1, y1, x2, y2]`, normalised to 0..1 of the displayed (rotated) frame, x to the
  right, y down, `x1 < x2` and `y1 < y2`. VideoEspresso published centre-size boxes with an
  undocumented factor; nothing here can mean two things.
* Lists of records, never dicts keyed by names: Arrow turns those into structs full of nulls.
* Columns named in `UNHASHED` say where bytes lie; they are read but never enter a unit key.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, NewType, TypeVar, dataclass_transform

from pydantic import ConfigDict

from pipeline.tasks import Task

T = TypeVar("T")

Float32 = NewType("Float32", float)
"""A number stored with 32 bits (embedding components)."""

Status = Literal["kept", "rejected", "failed"]
"""How a unit ended."""

Bbox = tuple[float, float, float, float]
"""`[x1, y1, x2, y2]`, normalised to the displayed frame."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a frozen, slotted, keyword-only dataclass: the form of every value in a table."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class Record:
    """Base of every table's class and of the views that stages declare over them."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        use_attribute_docstrings=True, extra="forbid"
    )
    UNHASHED: ClassVar[frozenset[str]] = frozenset()


def check_bbox(bbox: Bbox) -> None:
    """Refuse a box that is not inside the frame or has no area.

    Raises:
        ValueError: the four numbers are no box in the project's convention.
    """
    x1, y1, x2, y2 = bbox
    if not all(math.isfinite(v) for v in bbox) or not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise ValueError(f"{bbox} is not [x1, y1, x2, y2] within 0..1 with x1 < x2 and y1 < y2")


@record
class Pair(Record):
    """One free column of `videos.csv`."""

    key: str
    value: str


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


@record
class Frame(Record):
    """One sampled frame, stored as JPEG inside its segment's blob."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"blob", "offset", "length"})

    id: str
    """`<video>/f<frame_index>`."""
    video: str
    frame_index: int
    pts_seconds: float
    width: int
    """Pixels of the stored JPEG, in display orientation."""
    height: int
    sha256: str
    """Of the JPEG's bytes."""
    sharpness: float
    """Variance of the Laplacian of the small grey picture; higher is sharper."""
    motion: float
    """Mean absolute luma change a second around the frame, in 0..255 levels."""
    blob: str
    offset: int
    length: int


@record
class Metric(Record):
    """The per-frame numbers of one segment, as parallel lists: what scene detectors need.

    A segment's lists end with the first frame of the next segment, so the change across a
    border is measured once, by the decoder that saw both sides.
    """

    id: str
    """The segment's id, `<video>/s<ordinal>`."""
    video: str
    ordinal: int
    frame_index: tuple[int, ...]
    pts_seconds: tuple[float, ...]
    delta_hue: tuple[float, ...]
    delta_sat: tuple[float, ...]
    delta_lum: tuple[float, ...]
    average_rgb: tuple[float, ...]
    decode_errors: int


@record
class Scene(Record):
    """A stretch between two cuts."""

    id: str
    """`<video>/c<ordinal>`."""
    video: str
    ordinal: int
    start_frame: int
    end_frame: int
    """First frame of the next scene, or one past the last."""
    start_seconds: float
    end_seconds: float


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


@record
class Provenance(Record):
    """Who wrote a row, with what, asked how."""

    stage: str
    writer: str
    """`program`, or the endpoint's kind."""
    model: str
    """The model's label with its revision; the program's version where there is no model."""
    prompt: str
    """The prompt's id and version."""
    prompt_sha256: str
    answer_source: Literal["model", "derived", "human"]
    """`derived`: computed from detections by a program; `human`: an override's words."""


@record
class Question(Record):
    """A question that needs several frames of its group, with its answer."""

    id: str
    """Hash of group, task, question and answer."""
    video: str
    group: str
    task: Task
    question: str
    answer: str
    frames: tuple[str, ...]
    """The core frames that the answer rests on, in time order."""
    provenance: Provenance


@record
class Judgement(Record):
    """One criterion of the review, met or not, and why."""

    criterion: str
    passed: bool
    reason: str


@record
class Verdict(Record):
    """The review of one question."""

    id: str
    """The question's id."""
    video: str
    passed: bool
    """All criteria met, or a human said keep."""
    answer: str
    """The answer that counts from here on: the writer's, or a human's correction."""
    judgements: tuple[Judgement, ...]
    overridden: bool
    provenance: Provenance


@record
class KeyItem(Record):
    """An object that the evidence names, on the core frame where it must be found."""

    item: str
    """The name as the evidence text uses it, e.g. `person_2`; unique within the evidence."""
    phrase: str
    """What a detector is asked for, e.g. `person`."""
    frame: str
    mention: str
    """The id of the `Mention` that asks for it."""
    near: Bbox | None
    """Where the writer saw it, if it did; tells two objects of one phrase apart."""


@record
class Claim(Record):
    """One sentence of the evidence and the frames it speaks of."""

    text: str
    frames: tuple[str, ...]


@record
class Evidence(Record):
    """The reasoning that leads from core frames to the answer."""

    id: str
    """The question's id."""
    video: str
    text: str
    """Refers to key items as `<obj>item</obj>`; the claims' texts, joined."""
    core_frames: tuple[str, ...]
    key_items: tuple[KeyItem, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[str, ...]
    """Sorted ids of the mentions that the key items ask for."""
    provenance: Provenance


@record
class Mention(Record):
    """A frame and a phrase to look for in it, shared by all questions that ask for it."""

    id: str
    """`<frame>#<phrase>`."""
    video: str
    frame: str
    phrase: str


@record
class Candidate(Record):
    """A box that a detector proposes for a mention."""

    id: str
    """`<mention>#<rank>`."""
    mention: str
    video: str
    bbox: Bbox
    score: float
    clip_similarity: float | None
    """Cosine of crop and phrase; null where no CLIP is configured."""
    detector: str

    def __post_init__(self) -> None:
        check_bbox(self.bbox)


@record
class Box(Record):
    """A key item on its core frame."""

    id: str
    """`<question>#<item>`."""
    question: str
    video: str
    item: str
    frame: str
    frame_index: int
    pts_seconds: float
    bbox: Bbox
    score: float
    clip_similarity: float | None
    source: str
    """The detector that proposed it."""
    verified: bool

    def __post_init__(self) -> None:
        check_bbox(self.bbox)


@record
class Interval(Record):
    """The time that a claim of the evidence speaks of, `[start, end)`."""

    id: str
    """`<question>#<claim ordinal>`."""
    question: str
    video: str
    claim: str
    start_seconds: float
    end_seconds: float

    def __post_init__(self) -> None:
        if not self.start_seconds < self.end_seconds:
            raise ValueError(f"interval [{self.start_seconds}, {self.end_seconds}) is empty")


@record
class Options(Record):
    """The multiple-choice form of a question."""

    id: str
    """The question's id."""
    video: str
    options: tuple[str, ...]
    """Four texts in the order shown; one is the answer."""
    letter: str
    """`A` to `D`: the place of the answer, drawn from a hash of the question's id."""
    provenance: Provenance


@record
class CoreFrame(Record):
    """A frame that a published sample rests on."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"blob", "offset", "length"})

    frame: str
    frame_index: int
    pts_seconds: float
    caption: str
    sha256: str
    blob: str
    offset: int
    length: int


@record
class Sample(Record):
    """A question that passed every rule, with all that is published about it."""

    id: str
    """The question's id."""
    video: str
    split_group: str
    task: Task
    question: str
    answer: str
    options: tuple[str, ...]
    letter: str | None
    core_frames: tuple[CoreFrame, ...]
    evidence: str
    key_items: tuple[str, ...]
    boxes: tuple[Box, ...]
    intervals: tuple[Interval, ...]
    licence: str
    source: str
    metadata: tuple[Pair, ...]
    signature: tuple[int, ...]
    """MinHash of question and answer, for duplicates between splits."""
    provenance: tuple[Provenance, ...]


@record
class Rejection(Record):
    """A question that is not published, and why."""

    id: str
    """The question's id."""
    video: str
    task: Task
    question: str
    answer: str
    stage: str
    reason: str
    """A short code, counted in the card's funnel."""
    message: str
    """One sentence about this question."""


@record
class StageCount(Record):
    """How many units of a stage ended in one way: a line of the funnel."""

    id: str
    """`<place of the stage> <stage> <status> <code>`, so that ids sort as the funnel reads."""
    stage: str
    status: Status
    code: str
    """The rejection's reason or the failure's class; empty where kept."""
    units: int


@record
class Publication(Record):
    """One finished build of the dataset folder."""

    id: str
    samples: int
    rejections: int
    shards: int
