"""The tables of an evaluation's workspace."""

from typing import ClassVar

from pipeline.records import Record, record


@record
class ItemFrame(Record):
    """A core frame as the dataset names it."""

    frame: str
    frame_index: int
    seconds: float
    """From the start of the video."""
    caption: str
    sha256: str


@record
class Span(Record):
    """A stretch of time that bears the answer, in seconds from the start of the video."""

    start_seconds: float
    end_seconds: float


@record
class Item(Record):
    """A question of the dataset with all that grading needs."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"shard", "row_group"})

    id: str
    video: str
    """The content hash of a published dataset; the source's name or path of an import."""
    task: str
    """Empty where the dataset has none."""
    question: str
    answer: str
    options: tuple[str, ...]
    letter: str
    """Empty where there are no options."""
    spans: tuple[Span, ...]
    route: tuple[str, ...]
    """The steps of the route that it asks about, see `pipeline.harness.route_steps`."""
    forms: tuple[str, ...]
    """In which it can be asked, see `pipeline.harness.forms`."""
    core_frames: tuple[ItemFrame, ...]
    pictured: bool
    """The dataset holds the pictures of its core frames."""
    until_seconds: float | None
    """The question point: no frame at it or later is shown; null: all may be."""
    video_seconds: float | None
    shard: str
    row_group: int
    """Where its pictures lie."""


@record
class VideoFile(Record):
    """A video that was found."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"path"})

    id: str
    """As the items name it."""
    content: str
    """Hash of its bytes."""
    path: str


@record
class Shown(Record):
    """A frame that a model may be shown."""

    UNHASHED: ClassVar[frozenset[str]] = frozenset({"blob", "offset", "length"})

    id: str
    video: str
    frame_index: int
    pts_seconds: float
    """From the start of the video, as models are told."""
    caption: str
    """Empty where nobody captioned it."""
    sha256: str
    blob: str
    offset: int
    length: int


@record
class Given(Record):
    """What an input shows of one item's video."""

    id: str
    """The item's id."""
    video: str
    frames: tuple[str, ...]
    """Ids of `Shown`, in the order of time."""
    considered: int
    """Frames that were looked at to choose these."""
    caption_tokens: int
    """That a language model read and wrote to caption those; 0 where none did."""
    chooser_tokens: int
    """That a language model read and wrote to choose among the captions, likewise."""


@record
class CaptionTokens(Record):
    """What captioning a stretch of video took."""

    id: str
    video: str
    frames: int
    tokens: int
    """Read and written by a language model; 0 where none captions."""


@record
class Said(Record):
    """What the model said to one item."""

    id: str
    """The item's id."""
    text: str
    finish_reason: str
    first: str | None
    """Of the gated form: what came before the reasoning, as the first call had it."""
    confidence: float | None
    """Of the first answer, 0 to 1; null where nobody can tell."""
    thought: bool
    """The reasoning was asked for; false where the gate took the first answer."""
    frames: int
    tokens_in: int | None
    tokens_out: int | None
    """As the endpoint counted, over all calls; null where it does not."""
    model_reported: str
    requests: tuple[str, ...]


@record
class Measure(Record):
    """One number of a grade."""

    name: str
    value: float


@record
class Graded(Record):
    """How one answer was graded under one protocol."""

    id: str
    """The item's id."""
    unparsed: str
    """Why no answer could be read; empty where one was."""
    message: str
    """One sentence: what was wrong with the answer, or the judge's reason."""
    measures: tuple[Measure, ...]
    """None where the answer is unparsed."""
    judge: str
    """Who graded; empty where no model did."""
    requests: tuple[str, ...]
