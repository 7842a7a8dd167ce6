"""What selection decides and publishing counts."""

from typing import ClassVar

from pipeline.records.base import Pair, Record, Status, record
from pipeline.records.grounding import Box, Interval, Unboxed
from pipeline.records.questions import Provenance
from pipeline.records.rollouts import Difficulty
from pipeline.tasks import Task


@record
class CoreFrame(Record):
    """A frame that a published sample rests on."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"blob", "offset", "length"})

    frame: str
    frame_index: int
    pts_seconds: float
    width: int
    height: int
    """Pixels of the picture."""
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
    start_seconds: float
    end_seconds: float
    """The stretch of the video that the question was written from."""
    video_start_seconds: float
    video_seconds: float
    """When the video's clock starts, and how long it lasts."""
    core_frames: tuple[CoreFrame, ...]
    evidence: str
    key_items: tuple[str, ...]
    boxes: tuple[Box, ...]
    unboxed: tuple[Unboxed, ...]
    intervals: tuple[Interval, ...]
    difficulty: Difficulty | None = None
    """How a policy fared at it; null where the recipe asks none."""
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
