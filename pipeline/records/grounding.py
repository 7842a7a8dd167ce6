"""Where and when: candidate boxes, the boxes used, and the times of claims."""

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
