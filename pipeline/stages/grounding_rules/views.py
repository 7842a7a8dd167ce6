"""What grounding reads of each table."""

from pipeline.records import Bbox, Claim, KeyItem, Record, record
from pipeline.tasks import Task


@record
class Reasoning(Record):
    """What the evidence names and claims."""

    id: str
    video: str
    core_frames: tuple[str, ...]
    key_items: tuple[KeyItem, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[str, ...]


@record
class Proposal(Record):
    """A candidate box."""

    id: str
    mention: str
    bbox: Bbox
    score: float
    clip_similarity: float | None
    clip_frame: float | None
    clip_random: float | None
    detector: str


@record
class HumanBox(Record):
    """Where a human sees a key item."""

    id: str
    question: str
    item: str
    frame: str
    bbox: Bbox


@record
class FrameTime(Record):
    """When a core frame is shown."""

    id: str
    frame_index: int
    pts_seconds: float


@record
class Lasting(Record):
    """From when to when neighbouring frames say the same as a core frame."""

    id: str
    first_seconds: float
    last_seconds: float


@record
class Clock(Record):
    """A video's span and rate."""

    id: str
    start_seconds: float
    duration_seconds: float
    fps_num: int
    fps_den: int


@record
class Asked(Record):
    """The question, for the rejection's row."""

    id: str
    task: Task
    question: str


@record
class Answered(Record):
    """The answer that counts, for the rejection's row."""

    id: str
    answer: str
