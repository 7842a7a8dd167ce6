"""The rows that imports write: what others published, in our conventions.

They are no published samples: nobody else says which frame of which file a picture is, or hashes a
video. What the source does not tell is null here, and never guessed.
"""

from typing import Literal

from pipeline.records import Bbox, Pair, Record, record
from pipeline.tasks import Task

FrameScheme = Literal["timecode", "frame_number", "sample_index", "number", "unknown"]
"""What the number in a frame's file name is, as `frame_names` tells it."""


@record
class ImportedFrame(Record):
    """A core frame by the name that the source gives it."""

    path: str
    scheme: FrameScheme
    number: int | None
    """The frame's or the sample's number, by the scheme; null where the name has none."""
    seconds: float | None
    """From the start of the video; null where the name does not tell."""
    caption: str | None


@record
class ImportedMention(Record):
    """A key item as the evidence names it, with its boxes."""

    item: str
    boxes: tuple[Bbox, ...]
    """`[x1, y1, x2, y2]`, normalised to 0..1; of which core frame, the source does not say."""


@record
class ImportedSample(Record):
    """A question of VideoEspresso's form."""

    id: str
    """Hash of video path, question, answer and options."""
    row: int
    """Place in the source, from 1."""
    split: Literal["train", "test"]
    """`test` where it has options, as in the release."""
    video_path: str
    task: Task | None
    """Null where `task_name` is none that we know."""
    task_name: str
    question: str
    answer: str
    options: tuple[str, ...]
    letter: str | None
    core_frames: tuple[ImportedFrame, ...]
    evidence: str
    """Key items stand as `<obj>item</obj>`; their boxes are in `mentions`, in the same order."""
    key_items: tuple[str, ...]
    mentions: tuple[ImportedMention, ...]


@record
class ImportedSpan(Record):
    """A stretch `[start_seconds, end_seconds)` of the video, counted from its start."""

    start_seconds: float
    end_seconds: float
    """Inside the video, where its length is known."""
    stated_start: float
    stated_end: float
    """As the source has them."""


@record
class GroundingRow(Record):
    """A query and the stretches of the video that it is about."""

    id: str
    row: int
    """Place in the source, from 1."""
    video: str
    """As the source names it."""
    query: str
    kind: Literal["question", "sentence"]
    answer: str | None
    options: tuple[str, ...]
    letter: str | None
    spans: tuple[ImportedSpan, ...]
    video_seconds: float | None
    """How long the video is said to be; null where nobody says, and spans are not checked then."""
    metadata: tuple[Pair, ...]
    """What else the source has of it, e.g. NExT-QA's question type."""


@record
class Problem(Record):
    """What could not be resolved, a row of `unresolved.jsonl`."""

    row: int
    """Place in the source, from 1."""
    code: str
    """A short code, counted in the report."""
    message: str
    """One sentence about this row."""
    left_out: bool
    """The whole row is not imported; otherwise only what the sentence names."""
