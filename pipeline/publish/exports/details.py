"""What stands beside the messages in Parquet exports: what rewards and filters want of a row."""

from pipeline.publish.exports import policy_form
from pipeline.publish.exports.boxes import BoxWriter
from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import answer_source
from pipeline.records import Record, record


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
    form: str
    """How the prompt asks to reply, by the names of the rewards."""
    problem_type: str
    """How a reply is graded: `exact_match`, `math`, `iou` or `gqa`."""
    segments: tuple[tuple[float, float], ...]
    """Stretches of time that would be right, start and end; empty where none is asked for."""
    pass_rate: float | None
    """Of the policy that was asked; null where none was, as the two below."""
    mean_reward: float | None
    policy: str | None


def details(row: SampleRow, index: int, boxes: BoxWriter) -> Details:
    """A row's details."""
    asked = row.difficulty
    return Details(
        id=row.id,
        split=row.split,
        index=index,
        video=row.video,
        task=row.task,
        question=row.question,
        answer=row.answer,
        options=policy_form.options(row),
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
        form=policy_form.form(row),
        problem_type=policy_form.problem_type(row),
        segments=asked.spans if asked else (),
        pass_rate=asked.pass_rate if asked else None,
        mean_reward=asked.mean_reward if asked else None,
        policy=asked.policy if asked else None,
    )
