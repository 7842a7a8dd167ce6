"""LLaMA-Factory: ShareGPT messages with an image list, and the `dataset_info.json` that names them.

Its rules, from its `data/README.md` and the code that enforces them (0.9.5): as many `<image>` in
the messages as images, turns of user and assistant by turns, paths relative to the media folder,
which is the dataset's folder unless another is set.
"""

import json
import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from pipeline.models.box_conventions import FACTOR
from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT, qwen2_5_vl
from pipeline.publish.exports.evidence import rendered, tagged
from pipeline.publish.exports.files import json_lines
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.media import FrameFiles
from pipeline.publish.published import SampleRow
from pipeline.publish.split import SplitName
from pipeline.publish.statistics import SPLITS

MAX_PIXELS: Final = 768 * 768
MIN_PIXELS: Final = 32 * 32
"""To which it brings pictures before the model's own processor does: `image_max_pixels` and
`image_min_pixels`, its defaults."""


def brought(width: int, height: int, most: int = MAX_PIXELS) -> tuple[int, int]:
    """Width and height of a picture as LLaMA-Factory hands it to the model's processor.

    The sums of its `_preprocess_image` for Qwen-VL (0.9.5, checked against it in the tests).

    Args:
        most: its `image_max_pixels`.
    """
    if width * height > most:
        width, height = _towards(most, width, height)
    if width * height < MIN_PIXELS:
        width, height = _towards(MIN_PIXELS, width, height)
    return max(width, FACTOR), max(height, FACTOR)


def _towards(pixels: int, width: int, height: int) -> tuple[int, int]:
    factor = math.sqrt(pixels / (width * height))
    return int(width * factor), int(height * factor)


def record(row: SampleRow, job: Job, frames: list[str]) -> dict[str, Any]:
    """A conversation of one question and its reply."""
    seconds = [frame.pts_seconds for frame in row.core_frames]
    evidence = rendered(wording.plain(row.evidence), job.boxes.by_item(row), tagged)
    asked = f"{'<image>' * len(frames)}\n{wording.prompt(row, seconds)}"
    return {
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": wording.reply(row, evidence)},
        ],
        "images": frames,
        "id": row.id,
    }


def dataset_info(splits: Iterable[SplitName]) -> dict[str, Any]:
    """What LLaMA-Factory must know of the files, under the names to use in `dataset:`."""
    return {f"demitasse_{split}": entry(f"{split}.jsonl") for split in splits}


def entry(file: str) -> dict[str, Any]:
    """What `dataset_info.json` says of one file."""
    tags = {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
    }
    return {
        "file_name": file,
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "images": "images"},
        "tags": tags,
    }


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    frames = FrameFiles(job.folder)
    with ExitStack() as files:
        write = {s: files.enter_context(json_lines(job.folder / f"{s}.jsonl")) for s in SPLITS}
        yield lambda row: write[row.split].add(record(row, job, frames.add(row)))
        info = json.dumps(dataset_info(s for s in SPLITS if write[s].rows), indent=2)
    (job.folder / "dataset_info.json").write_text(info + "\n", encoding="utf-8")


FORMAT: Final = Format(
    name="llama-factory",
    consumer="LLaMA-Factory",
    writing=_writing,
    box_forms=(UNIT, PER_THOUSAND, qwen2_5_vl(brought)),
    box_place="<obj>name</obj><box>[...]</box>at<t>seconds</t>s where the reasoning first names a "
    "key item; one <box> for each of several",
    times="seconds on the container's clock: of the pictures in the question, of boxes in <t>",
    media="`images`, relative to this folder, which is LLaMA-Factory's media folder by default",
    files={
        "{split}.jsonl": "the splits as messages: <think>evidence</think> and <answer>",
        "dataset_info.json": "names them demitasse_train and demitasse_test",
        "images/": "the core frames",
    },
    next_step="train with `dataset_dir: {out}` and `dataset: demitasse_train`",
    notes=(
        f"The box form qwen2.5-vl holds for image_max_pixels {MAX_PIXELS} and image_min_pixels "
        f"{MIN_PIXELS}, which are LLaMA-Factory's defaults: set others and boxes are off.",
    ),
)
