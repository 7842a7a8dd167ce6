"""The rows that are published: what a reader of the dataset gets, and nothing internal.

They differ from the workspace's records where a reader's needs do: pictures are embedded, ids
that only joins need are left out, and the split is a column.
"""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.publish.split import SplitName
from pipeline.records import Pair, Provenance, Record, record
from pipeline.tasks import Task

Normalised = Annotated[float, Field(ge=0, le=1)]
"""A share of the displayed frame's width or height."""


@record
class Picture(Record):
    """An embedded picture; `datasets` decodes it as an `Image` feature."""

    bytes: bytes
    """The JPEG, exactly as it was extracted; encoded again where faces were covered."""
    path: str
    """A file name for whoever writes it to a disk."""


@record
class PublishedFrame(Record):
    """A core frame of the sample."""

    frame: str
    """`<video>/f<frame_index>`; boxes and provenance refer to it."""
    frame_index: int
    """In presentation order, from 0, as the container has it."""
    pts_seconds: float
    """On the container's clock."""
    width: int
    height: int
    """Pixels of the picture."""
    caption: str
    sha256: str
    """Of the picture's bytes, as they are published."""
    phash: str
    """Of the picture: 64 bits that alike pictures share (DCT hash), 16 hex digits."""
    blurred: tuple[tuple[Normalised, Normalised, Normalised, Normalised], ...]
    """Areas that were made unrecognisable because a detector found faces there, as
    `[x1, y1, x2, y2]` like boxes; empty where it found none, and where the recipe did not ask."""
    image: Picture | None
    """Null where the dataset refers to frames only; `demitasse cut` fills it in."""


@record
class PublishedBox(Record):
    """A key item of the evidence on its core frame."""

    item: str
    """The name that the evidence uses, as in `<obj>item</obj>`."""
    frame: str
    frame_index: int
    pts_seconds: float
    bbox: tuple[Normalised, Normalised, Normalised, Normalised]
    """`[x1, y1, x2, y2]`, normalised to 0..1 of the displayed frame, `x1 < x2`, `y1 < y2`."""
    score: float
    """The detector's; 1 where a human drew the box."""
    source: str
    """The detector that proposed the box, or `human`."""
    certain: bool
    """It is this one; otherwise the item is one of several boxes, and all of them stand here."""
    verified: bool
    """It lies where the writer saw the item, where it said so, and CLIP finds the crop like the
    phrase, where it was asked; by the thresholds of the recipe. Or a human drew it."""
    clip_similarity: float | None
    """Cosine of crop and phrase; null where no CLIP was configured, as the two below."""
    clip_frame: float | None
    """Cosine of the whole frame and the phrase."""
    clip_random: float | None
    """Cosine of the phrase and a crop of the box's size elsewhere in the frame."""


@record
class PublishedUnboxed(Record):
    """A key item of the evidence that has no box, and why."""

    item: str
    frame: str
    reason: Literal["not_found", "below_score", "taken", "elsewhere"]
    """Nothing was found; nothing with the score asked for; what was found is another key item; what
    was found is not where the writer saw the item."""


@record
class PublishedInterval(Record):
    """The time that a claim of the evidence speaks of, `[start_seconds, end_seconds)`."""

    claim: str
    pts_seconds: tuple[float, ...]
    """Times of the core frames that the claim cites."""
    start_seconds: float
    end_seconds: float


@record
class PublishedDifficulty(Record):
    """How a policy fared at the question: several replies of answer, reasoning and answer.

    Questions that all answers got right, or all wrong, are not published.
    """

    problem_type: Literal["exact_match", "math", "iou", "gqa"]
    """What was asked: for a letter, a number, a stretch of time, or a letter with its time."""
    problem: str
    """The words, options left out; of `iou` they ask when a claim of the evidence holds."""
    solution: str
    """What is right: a bare letter, a number, `[12.30, 15.00]`, or `B <> [12.30, 15.00]`."""
    spans: tuple[tuple[float, float], ...]
    """All stretches of time that would be right, start and end in seconds on the container's clock;
    none where none was asked for."""
    samples: int
    """Answers of the policy."""
    right: int
    unparsed: int
    """Answers that could not be read; by the recipe they count as wrong, or not at all."""
    counted: int
    """Answers in the pass rate: all, or all that could be read."""
    pass_rate: Annotated[float, Field(gt=0, lt=1)]
    """`right / counted`: the less, the harder for this policy."""
    mean_reward: float
    """Of all answers, by VideoAuto-R1's weights: 0.9 first answer, 1.1 last one, 1 form, and 0.3
    where the model rightly put its answer off."""
    frames: tuple[str, ...]
    """What the policy was given of the video, in time order."""
    policy: str
    """Its label with its revision."""


@record
class SampleRow(Record):
    """A question with its answer, its evidence and the core frames that they rest on."""

    id: str
    """Hash of group, task, question and answer: the same on every machine."""
    video: str
    """BLAKE3 of the video file's bytes, 128 bits in hex; the video itself is not included."""
    split: SplitName
    task: Task
    question: str
    answer: str
    options: tuple[str, ...]
    """Four choices in the test split; in train only where a policy had to choose (`difficulty`)."""
    letter: Literal["A", "B", "C", "D"] | None
    """Which option is the answer; null where there are none."""
    start_seconds: float
    end_seconds: float
    """The stretch of the video that the question was written from, on the container's clock."""
    video_start_seconds: float
    """When that clock starts: what counts from the beginning of the file subtracts it."""
    video_seconds: float
    """How long the video lasts."""
    core_frames: tuple[PublishedFrame, ...]
    """In time order."""
    evidence: str
    """The reasoning from core frames to answer; key items stand as `<obj>item</obj>`."""
    key_items: tuple[str, ...]
    boxes: tuple[PublishedBox, ...]
    unboxed: tuple[PublishedUnboxed, ...]
    """Key items without a box."""
    intervals: tuple[PublishedInterval, ...]
    difficulty: PublishedDifficulty | None = None
    """How a policy fared at it; null where the recipe asked none."""
    licence: str
    """The video's, as its owner stated it; `unknown` where nobody did."""
    source: str
    """Where the video comes from."""
    metadata: tuple[Pair, ...]
    """The free columns of `videos.csv`."""
    provenance: tuple[Provenance, ...]
    """Who wrote each part, with what, asked how."""


@record
class CaptionRow(Record):
    """What was said of one captioned frame, published or not: what every later choice rests on."""

    id: str
    """The frame's id, `<video>/f<frame_index>`."""
    video: str
    frame_index: int
    """In presentation order, from 0, as the container has it."""
    pts_seconds: float
    """On the container's clock."""
    caption: str
    captioner: str
    """Kind, model and revision."""


@record
class ProvenanceRow(Record):
    """Who wrote one part of one sample, with what, asked how: a flat table of `provenance`."""

    id: str
    """The sample's id; a sample has a row for every stage that wrote a part of it."""
    split: SplitName
    stage: str
    writer: str
    model: str
    model_reported: str
    mode: Literal["captions", "frames"]
    prompt: str
    prompt_sha256: str
    schema_sha256: str
    requests: tuple[str, ...]
    finish_reason: str
    tokens_in: int | None
    tokens_out: int | None
    answer_source: Literal["model", "derived", "human"]
    code_version: str
    """Demitasse's."""


@record
class RejectionRow(Record):
    """A question that is not published, and why."""

    id: str
    video: str
    task: Task
    question: str
    answer: str
    stage: str
    """The stage that turned it down."""
    reason: str
    """A short code, counted in the card."""
    message: str
    """One sentence about this question."""
