"""ms-swift: JSON Lines of messages with `objects` that it writes by its own convention per model.

Its rules, from its guide to custom datasets and `Template.normalize_bbox` (4.6.0): each
`<ref-object>` takes the next of `ref`, each `<bbox>` the next of `bbox`; `image_id` says which
picture a box is on (0 where it is not given); `bbox_type` is `real` for pixels of the picture as
it is stored and `norm1` for parts of it. It turns both into what the model in training counts,
Qwen2.5-VL's resized pixels among them, so nothing need be known of the model here. Parts are the
default: pixels are rounded a second time when they are turned, and are then off by one at times.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PIXELS, UNIT
from pipeline.publish.exports.boxes import WrittenBox
from pipeline.publish.exports.evidence import rendered
from pipeline.publish.exports.files import json_lines
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.media import FrameFiles
from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import SPLITS

_TYPES: Final = {PIXELS.name: "real", UNIT.name: "norm1"}


@dataclass(frozen=True)
class Objects:
    """The evidence with placeholders, and the column that fills them in order."""

    evidence: str
    column: dict[str, Any]
    """`objects`, or nothing where the evidence has no box."""


def objects(row: SampleRow, job: Job) -> Objects:
    """The evidence of a sample as ms-swift is told of it."""
    told: list[WrittenBox] = []
    names: list[str] = []

    def show(item: str, boxes: Sequence[WrittenBox]) -> str:
        if not boxes:
            return item
        names.append(item)
        told.extend(boxes)
        return "<ref-object>" + "<bbox>" * len(boxes)

    evidence = rendered(wording.plain(row.evidence), job.boxes.by_item(row), show)
    column = {
        "ref": names,
        "bbox": [list(box.numbers) for box in told],
        "bbox_type": _TYPES[job.boxes.form.name],
        "image_id": [box.picture for box in told],
    }
    return Objects(evidence, {"objects": column} if told else {})


def record(row: SampleRow, job: Job, frames: list[str]) -> dict[str, Any]:
    """A conversation whose reply has placeholders, and the objects that fill them in order."""
    told = objects(row, job)
    seconds = [frame.pts_seconds for frame in row.core_frames]
    asked = f"{'<image>' * len(frames)}\n{wording.prompt(row, seconds)}"
    made: dict[str, Any] = {
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": wording.reply(row, told.evidence)},
        ],
        "images": frames,
    }
    return made | told.column | {"solution": wording.answered(row), "id": row.id}


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    frames = FrameFiles(job.folder)
    with ExitStack() as files:
        write = {s: files.enter_context(json_lines(job.folder / f"{s}.jsonl")) for s in SPLITS}
        yield lambda row: write[row.split].add(record(row, job, frames.add(row)))


FORMAT: Final = Format(
    name="ms-swift",
    consumer="ms-swift",
    writing=_writing,
    box_forms=(UNIT, PIXELS),
    box_place="in `objects`, with `bbox_type` real for pixels and norm1 for unit, in the order of "
    "the <bbox> placeholders; ms-swift writes them as the model in training counts",
    times="seconds on the container's clock, of the pictures in the question",
    media="`images`, relative to this folder: set ROOT_IMAGE_DIR to it",
    files={
        "{split}.jsonl": "the splits as messages: <think>evidence</think> and <answer>",
        "images/": "the core frames",
    },
    next_step="ROOT_IMAGE_DIR={out} swift sft --dataset {out}/train.jsonl",
    notes=("`solution` is for GRPO's rewards, which get columns that are not messages.",),
)
