"""What the page shows of one question, or of one unit that came to nothing: plain JSON values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.records import Bbox
from pipeline.report.particulars import Particulars

Outcome = Literal["sample", "rejected", "failed", "waiting"]
"""How a question or a unit ended; `waiting`: no run has come to the end of it yet."""


@dataclass(frozen=True)
class ShownFrame:
    """A frame with what was said of it."""

    id: str
    index: int
    pts: float
    caption: str
    picture: str | None
    """Its name among the page's pictures; None where there is none to show."""
    width: int
    height: int
    """Pixels of the frame as it is stored: their ratio counts."""


@dataclass(frozen=True)
class ShownBox:
    """A box on the frame at a place in the item's frames."""

    item: str
    frame: int
    bbox: Bbox
    score: float
    source: str
    certain: bool
    verified: bool
    clip: float | None


@dataclass(frozen=True)
class KeyItemLine:
    """A key item of the evidence."""

    name: str
    phrase: str
    frame: int | None
    """Place of the frame where it must be found."""
    missing: str
    """Why it has no box, in words; empty where it has one."""


@dataclass(frozen=True)
class ShownClaim:
    """A sentence of the evidence; `frames` are places, times are null where it cites none."""

    text: str
    frames: tuple[int, ...]
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Judged:
    """One criterion of the review."""

    criterion: str
    passed: bool
    reason: str


@dataclass(frozen=True)
class Written:
    """Who wrote a part of it."""

    stage: str
    writer: str
    model: str
    """The label that was asked."""
    reported: str
    """What the endpoint said it was, where that is another name."""
    mode: str
    prompt: str
    prompt_sha256: str
    answer_source: str
    finish_reason: str


@dataclass(frozen=True)
class Ended:
    """A stage in which it was rejected or failed, or to which it has not come."""

    stage: str
    status: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Item:
    """One entry of the gallery; what there is not is left empty."""

    id: str
    """A question's; of a unit, `<stage>:<unit>`."""
    kind: Literal["question", "unit"]
    outcome: Outcome
    stage: str = ""
    """Where it ended; empty for a sample."""
    reason: str = ""
    """The rejection's reason or the failure's class, a short code."""
    message: str = ""
    task: str = ""
    split: str = ""
    """Empty where it is no sample."""
    video: str = ""
    source: str = ""
    question: str = ""
    answer: str = ""
    written_answer: str = ""
    """The writer's, where a human corrected it; else empty."""
    options: tuple[str, ...] = ()
    letter: str = ""
    frames: tuple[ShownFrame, ...] = ()
    items: tuple[KeyItemLine, ...] = ()
    boxes: tuple[ShownBox, ...] = ()
    evidence: str = ""
    """With key items as `<obj>item</obj>`."""
    claims: tuple[ShownClaim, ...] = ()
    """The evidence sentence by sentence; empty where nothing tells them apart."""
    start: float = 0.0
    end: float = 0.0
    """The video's span in seconds on its own clock; equal where nobody knows it."""
    judgements: tuple[Judged, ...] = ()
    passed: bool | None = None
    """The review's verdict; None where there is none to show."""
    overridden: bool = False
    written: tuple[Written, ...] = ()
    ended: tuple[Ended, ...] = ()
    particulars: tuple[Particulars, ...] = ()
    """Its pause, route and difficulty, of those that its recipe has."""
    facts: tuple[tuple[str, str], ...] = ()
    """Name and value of whatever else there is to know: licence, metadata."""
    hint: str = ""
    """What a human's `keep` does to it where that alone does not make it a sample; else empty."""


Shown = tuple[Item, Mapping[str, bytes]]
"""An item, and the JPEGs of its frames by the names of their pictures."""
