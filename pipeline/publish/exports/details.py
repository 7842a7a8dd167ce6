"""What stands beside the messages in Parquet exports: what rewards and filters want of a row."""

from pipeline.publish.exports.boxes import BoxWriter
from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import answer_source
from pipeline.records import Record, record


@record
class Message(Record):
    """A turn of the conversation."""

    role: str
    content: str


@record
class ItemBox(Record):
    """A key item's box in the export's convention."""

    item: str
    picture: int
    """Which of the row's pictures, from 0."""
    bbox: tuple[float, float, float, float]


@record
class Span(Record):
    """The time that a claim of the evidence speaks of."""

    claim: str
    start_seconds: float
    end_seconds: float


@record
class Details(Record):
    """The rest of a sample."""

    id: str
    split: str
    index: int
    """Place in its split, from 0."""
    video: str
    task: str
    question: str
    answer: str
    options: tuple[str, ...]
    letter: str | None
    answer_source: str
    """Who gave the answer: `model`, `derived` (computed from detections) or `human`."""
    picture_seconds: tuple[float, ...]
    """Of each picture, on the container's clock, as the spans."""
    spans: tuple[Span, ...]
    boxes: tuple[ItemBox, ...]


def details(row: SampleRow, index: int, boxes: BoxWriter) -> Details:
    """A row's details."""
    return Details(
        id=row.id,
        split=row.split,
        index=index,
        video=row.video,
        task=row.task,
        question=row.question,
        answer=row.answer,
        options=row.options,
        letter=row.letter,
        answer_source=answer_source(row),
        picture_seconds=tuple(frame.pts_seconds for frame in row.core_frames),
        spans=tuple(
            Span(claim=i.claim, start_seconds=i.start_seconds, end_seconds=i.end_seconds)
            for i in row.intervals
        ),
        boxes=tuple(
            ItemBox(item=b.item, picture=b.picture, bbox=b.numbers) for b in boxes.boxes(row)
        ),
    )
