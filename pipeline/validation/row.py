"""One neutral row: what rules look at, whatever file and format it came from.

`None` means that the row does not have such a thing, or its format does not: a rule then has
nothing to check and says so. An empty tuple means that it is there, and empty.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

MediaKind = Literal["image", "video", "audio"]
Corners = Literal["xyxy", "cxcywh"]
"""What four numbers of a box mean: two corners, or centre and size."""
Scale = Literal["unit", "pixels"]
"""Shares of the frame, 0 to 1, or pixels of a picture."""


class Problem(NamedTuple):
    """Why a row, or part of it, could not be read."""

    code: Literal["broken_file", "not_a_row", "wrong_type", "missing"]
    detail: str


class Named(NamedTuple):
    """A text of the row as it stands in the file, and what it is called."""

    name: str
    text: str


class Turn(NamedTuple):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str
    typed: tuple[str, ...] | None
    """Types of the content's parts (`image`, `text`); None where the content is a plain text."""


class Attached(NamedTuple):
    """How many things the row brings for one placeholder."""

    tag: str
    """As it stands in the text: `<video>`."""
    number: int
    records: bool = True
    """Each is a record with keys, and no bare path."""


class Media(NamedTuple):
    """A picture or a video that belongs to the row."""

    kind: MediaKind
    path: str | None
    data: bytes | None = None
    """The bytes where they are embedded and were asked for."""
    sha256: str | None = None
    """What the row says of the bytes."""


class FrameRef(NamedTuple):
    """A frame that the row gives."""

    name: str
    frame_index: int | None
    seconds: float | None


class BoxRef(NamedTuple):
    """A box as the row writes it."""

    numbers: tuple[float, ...]
    corners: Corners | None
    """None: the format does not say, as `scale`."""
    scale: Scale | None
    what: str
    """What it is around, for messages."""


class Cited(NamedTuple):
    """A frame that some part of the row speaks of."""

    by: str
    frame: str


class Span(NamedTuple):
    """A stretch of time, in seconds on the video's clock."""

    start: float
    end: float
    what: str
    times: tuple[float, ...] = ()
    """Moments that must lie in it."""


class Tried(NamedTuple):
    """How a policy fared at the row's question."""

    samples: int
    right: int
    unparsed: int
    counted: int
    pass_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A question with what belongs to it."""

    ordinal: int
    """From 0, through all files."""
    place: str
    """File and number of the row in it, from 1."""
    format: str
    rejected: bool = False
    """It is no sample: it stands in the list of what was turned down."""
    problems: tuple[Problem, ...] = ()
    id: str | None = None
    split: str | None = None
    video: str | None = None
    """What tells one video from another: a hash, or the path."""
    question: str | None = None
    answer: str | None = None
    """In full: the option's text where a letter says which it is."""
    reasoning: str | None = None
    task: str | None = None
    options: tuple[str, ...] | None = None
    inline_options: bool = False
    """They stood in one line of the question's text."""
    letter: str | None = None
    """As written: `B`, `(B)`, `B. A car`."""
    frames: tuple[FrameRef, ...] | None = None
    cited: tuple[Cited, ...] | None = None
    key_items: tuple[str, ...] | None = None
    boxes: tuple[BoxRef, ...] | None = None
    spans: tuple[Span, ...] | None = None
    video_start: float | None = None
    video_end: float | None = None
    """Where the video starts and ends on its clock, if the row says so."""
    tried: Tried | None = None
    question_point: float | None = None
    """When the question is asked: what comes later is not known yet."""
    turns: tuple[Turn, ...] | None = None
    attached: tuple[Attached, ...] | None = None
    media: tuple[Media, ...] | None = None
    texts: tuple[Named, ...] = ()
    """All that is said in the row, with every tag."""

    @property
    def label(self) -> str:
        """How findings name the row."""
        return self.id if self.id is not None else self.place

    @property
    def said(self) -> tuple[Named, ...]:
        """Question, answer and reasoning, as far as there are any."""
        parts = (
            ("question", self.question),
            ("answer", self.answer),
            ("reasoning", self.reasoning),
        )
        return tuple(Named(name, text) for name, text in parts if text)
