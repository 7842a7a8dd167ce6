"""Where and when: candidate boxes, the boxes used, and the times of claims."""

from typing import Literal

from pipeline.records.base import Bbox, Record, check_bbox, record


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
    """Cosine of crop and phrase; null where no CLIP is configured, as the two below."""
    clip_frame: float | None
    """Cosine of the whole frame and the phrase."""
    clip_random: float | None
    """Cosine of the phrase and a crop of the box's size elsewhere in the frame."""
    detector: str

    def __post_init__(self) -> None:
        check_bbox(self.bbox)


@record
class Box(Record):
    """A key item on its core frame, or one of the boxes that may be it."""

    id: str
    """`<question>#<item>#<rank>`, from 1."""
    question: str
    video: str
    item: str
    frame: str
    frame_index: int
    pts_seconds: float
    bbox: Bbox
    score: float
    clip_similarity: float | None
    clip_frame: float | None
    clip_random: float | None
    """As in `Candidate`."""
    source: str
    """The detector that proposed it, or `human`."""
    certain: bool
    """The only box of the phrase that is left for the item, or the one where the writer saw it; of
    an item with several boxes that could be it, none is certain."""
    verified: bool
    """It passes the thresholds of the recipe: overlap with where the writer saw the item, where it
    said so, and the similarities, where CLIP is configured; or a human drew it."""

    def __post_init__(self) -> None:
        check_bbox(self.bbox)


@record
class Unboxed(Record):
    """A key item that has no box, and why."""

    id: str
    """`<question>#<item>`."""
    question: str
    video: str
    item: str
    phrase: str
    frame: str
    reason: Literal["not_found", "below_score", "taken", "elsewhere"]
    """The detector proposed nothing; nothing with the score that the recipe asks for; what it found
    belongs to another key item; what it found is not where the writer saw the item."""


@record
class Extent(Record):
    """How long what a frame's caption says goes on: its neighbours that say the same."""

    id: str
    """The frame's id."""
    video: str
    first_seconds: float
    """Time of the first frame of the run of sampled frames that say the same."""
    last_seconds: float
    """And of the last one."""


@record
class Interval(Record):
    """The time that a claim of the evidence speaks of, `[start, end)`."""

    id: str
    """`<question>#<claim ordinal>`."""
    question: str
    video: str
    claim: str
    pts_seconds: tuple[float, ...]
    """Times of the frames that the claim cites."""
    start_seconds: float
    end_seconds: float

    def __post_init__(self) -> None:
        if not self.start_seconds < self.end_seconds:
            raise ValueError(f"interval [{self.start_seconds}, {self.end_seconds}) is empty")
