"""Pause-and-Think: its training form for LLaMA-Factory, and its benchmark.

As its repository has them: training rows are messages with one `<video>`, a reply of
`<thinking>..</thinking><answer>..</answer>` (or of the answer alone, for the ablation), and a
mapping that says which stretch of which parent video the clip is; benchmark rows have `video`,
`question_video`, `question`, `ground_truth` and `category`. The clip that is shown ends at the
question point, so the future is in no file of it; clips are cut from one's own copies of the videos
and never shipped.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from pipeline.errors import UsageError
from pipeline.publish.exports.box_forms import NO_BOXES
from pipeline.publish.exports.boxes import WrittenBox
from pipeline.publish.exports.evidence import rendered
from pipeline.publish.exports.files import json_array
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.media import VIDEO_LIST, clip_path, video_files
from pipeline.publish.exports.wording import plain
from pipeline.publish.published import SampleRow
from pipeline.publish.split import SplitName
from pipeline.publish.statistics import SPLITS
from pipeline.records import Pause
from pipeline.tasks import Task

BENCHMARK: Final = "benchmark.json"
CATEGORIES: Final = {Task.FACTUAL_PAST: "Factual/Past", Task.FUTURE_PLANNING: "Future/Planning"}

_NUMBER: Final = re.compile(r"_\d+$")


def training_record(row: SampleRow, video: str, *, thinking: bool) -> dict[str, Any]:
    """A conversation about the clip that is shown.

    Args:
        video: the path of the whole parent video.
        thinking: with the thoughts before the answer; the ablation set has the answer alone.
    """
    said = replied(row) if thinking else _answered(row)
    return {
        "messages": [
            {"role": "user", "content": f"<video>\n{plain(row.question)}"},
            {"role": "assistant", "content": said},
        ],
        "videos": [clip_path(row)],
        "clip_mapping": [mapping(row, video)],
        "id": row.id,
    }


def benchmark_record(row: SampleRow, video: str) -> dict[str, Any]:
    """A row of the benchmark.

    Args:
        video: the path of the whole parent video; nobody who answers may see it.
    """
    return {
        "video": video,
        "question_video": clip_path(row),
        "question": plain(row.question),
        "ground_truth": replied(row),
        "category": CATEGORIES[row.task],
        "id": row.id,
    }


def replied(row: SampleRow) -> str:
    """Thoughts and answer between their tags."""
    thoughts = rendered(plain(row.evidence), {}, _in_words)
    return f"<thinking>{thoughts}</thinking>{_answered(row)}"


def _in_words(item: str, _: Sequence[WrittenBox]) -> str:
    """`wine glass` for `wine_glass_1`."""
    return _NUMBER.sub("", item).replace("_", " ")


def _answered(row: SampleRow) -> str:
    return f"<answer>{plain(row.answer)}</answer>"


def mapping(row: SampleRow, video: str) -> dict[str, Any]:
    """Which stretch of the parent video is shown; seconds count from the beginning of its file."""
    pause = pause_of(row)

    def passed(seconds: float) -> float:
        return round(seconds - row.video_start_seconds, 3)

    start, end = passed(pause.clip_start_seconds), passed(pause.clip_end_seconds)
    shown, asked = passed(pause.shown_start_seconds), passed(pause.question_seconds)
    return {
        "clip_path": clip_path(row),
        "raw_parent_video": video,
        "raw_parent_source": row.source,
        "clip_id": row.id,
        "policy": pause.policy,
        "scope": pause.scope,
        "clip_window_in_parent": {"start_sec": start, "end_sec": end},
        "question_point": {
            "question_video_duration_sec": round(asked - shown, 3),
            "clip_relative_sec": round(asked - start, 3),
            "in_parent_sec": asked,
        },
        "shown_video_window_in_parent": {"start_sec": shown, "end_sec": asked},
    }


def pause_of(row: SampleRow) -> Pause:
    """Where the video stands still.

    Raises:
        UsageError: it does not: the dataset is of another recipe.
    """
    if row.pause is None or row.task not in CATEGORIES:
        raise UsageError(
            f"sample {row.id} has no question point: this format is for datasets of the recipe "
            "`pause_and_think`"
        )
    return row.pause


def dataset_info(files: Iterable[str]) -> dict[str, Any]:
    """What LLaMA-Factory must know of the files, under the names to use in `dataset:`."""
    tags = {"role_tag": "role", "content_tag": "content"}
    people = {"user_tag": "user", "assistant_tag": "assistant"}
    return {
        f"pause_and_think_{name}": {
            "file_name": f"{name}.json",
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "videos": "videos"},
            "tags": tags | people,
        }
        for name in files
    }


def _sets(split: SplitName) -> dict[str, bool]:
    """The training files of a split, and whether each has thoughts."""
    return {split: True, f"{split}_no_thinking": False}


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    names = [name for split in SPLITS for name in _sets(split)]
    with ExitStack() as files:
        write = {n: files.enter_context(json_array(job.folder / f"{n}.json")) for n in names}
        benchmark = files.enter_context(json_array(job.folder / BENCHMARK))
        videos = files.enter_context(video_files(job.folder, job.videos))

        def add(row: SampleRow) -> None:
            pause_of(row)
            video = videos.add(row)
            for name, thinking in _sets(row.split).items():
                write[name].add(training_record(row, video, thinking=thinking))
            if row.split == "test":
                benchmark.add(benchmark_record(row, video))

        yield add
        info = dataset_info(name for name in names if write[name].rows)
    (job.folder / "dataset_info.json").write_text(json.dumps(info, indent=2) + "\n", "utf-8")


FORMAT: Final = Format(
    name="pause-and-think",
    consumer="LLaMA-Factory, and readers of Pause-and-Think's benchmark",
    writing=_writing,
    box_forms=(NO_BOXES,),
    box_place="nowhere: the released form has no boxes",
    times="seconds from the beginning of the parent video's file, in `clip_mapping`; the texts "
    "tell none",
    media="`videos` and `question_video` are clips below this folder that end at the question "
    f"point; `video` is the whole parent, and {VIDEO_LIST} says which belongs where (--videos "
    "links your copies)",
    files={
        "{split}.json": "the splits as messages: <thinking> and <answer>",
        "{split}_no_thinking.json": "the same with the answer alone, for the ablation",
        BENCHMARK: "the test split as the released benchmark has it, with `id` added",
        "dataset_info.json": "names them pause_and_think_train, pause_and_think_train_no_thinking "
        "and so on",
        VIDEO_LIST: "where parent videos belong, by the BLAKE3 hash of their bytes",
    },
    next_step="demitasse cut {dataset} VIDEOS --clips --out {out}/clips, then train with "
    "`dataset_dir: {out}` and `dataset: pause_and_think_train`",
    pictures=False,
    notes=(
        "`clip_mapping` has the fields of the released mappings; a clip's own seconds begin at the "
        "shown window's start.",
        "Give no model the `video` of a benchmark row: it goes on after the question.",
    ),
)
