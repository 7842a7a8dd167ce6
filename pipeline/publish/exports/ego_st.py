"""Ego-ST Bench: its files, one for each category and direction.

As its inference code reads them (`infer_code/*`): a file is an object of rows by id; a row has
`video` and `question`, with `forward_answer` or `reverse_answer` where it is answered in words,
and `forward_mcq` or `reverse_mcq` with `question` and `options` where a letter is. Its parts are
folders of videos; ours are the four categories, so that a part's score is a category's. Under what
name the released files have the letter is not known: here it is `answer` beside the options.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Literal

from pipeline.errors import UsageError
from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import NO_BOXES
from pipeline.publish.exports.files import JsonFile, json_object
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.media import VIDEO_LIST, video_files
from pipeline.publish.published import SampleRow
from pipeline.publish.split import SplitName
from pipeline.publish.statistics import SPLITS
from pipeline.tasks import TASKS_OF

_CATEGORIES: Final = ("route_description", "direction_change", "landmark_change", "action_change")
"""In the order of the parts; the first is answered in words."""
_DIRECTIONS: Final = ("forward", "reverse")


def record(row: SampleRow, video: str) -> dict[str, Any]:
    """A row of the benchmark.

    Args:
        video: the path of the whole video, whose clock the question goes by.
    """
    category, direction = _asked(row)
    told = {
        "video": video,
        "question": wording.plain(row.question),
        f"{direction}_answer": wording.plain(row.answer),
        "task": row.task,
        "split": row.split,
    }
    if _form(category) == "qa":
        return told
    return told | {
        f"{direction}_mcq": {
            "question": wording.plain(row.question),
            "options": wording.options(row),
            "answer": row.letter,
        }
    }


def _asked(row: SampleRow) -> tuple[str, str]:
    """Category and direction.

    Raises:
        UsageError: it is no question about a route: the dataset is of another recipe.
    """
    if row.task not in TASKS_OF["ego_st"]:
        raise UsageError(
            f"sample {row.id} asks about no route: this format is for datasets of the recipe "
            "`ego_st`"
        )
    category, _, direction = row.task.value.rpartition("_")
    return category, direction


def _form(category: str) -> Literal["qa", "mcq"]:
    return "qa" if category == _CATEGORIES[0] else "mcq"


def _name(category: str, direction: str, split: SplitName) -> str:
    """The benchmark is the test split; what trains has other names."""
    part = _CATEGORIES.index(category) + 1
    first = "" if split == "test" else f"{split}_"
    return f"{first}Part{part}_{direction}_{_form(category)}.json"


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    names = [_name(c, d, s) for s in SPLITS for c in _CATEGORIES for d in _DIRECTIONS]
    with ExitStack() as files:
        write: dict[str, JsonFile] = {
            name: files.enter_context(json_object(job.folder / name)) for name in names
        }
        videos = files.enter_context(video_files(job.folder, job.videos))

        def add(row: SampleRow) -> None:
            name = _name(*_asked(row), row.split)
            write[name].add(record(row, videos.add(row)), key=row.id)

        yield add


FORMAT: Final = Format(
    name="ego-st",
    consumer="readers of Ego-ST Bench",
    writing=_writing,
    box_forms=(NO_BOXES,),
    box_place="nowhere: the released form has no boxes",
    times="seconds on the container's clock, in the words of questions and answers",
    media=f"`video` is the whole video below this folder, and {VIDEO_LIST} says which belongs "
    "where (--videos links your copies)",
    files={
        "Part1_*_qa.json": "the test split's route descriptions, forward and reverse",
        "Part2_*_mcq.json": "its changes of direction",
        "Part3_*_mcq.json": "its changes of landmark",
        "Part4_*_mcq.json": "its changes of action",
        "train_Part*.json": "the train split in the same form",
        VIDEO_LIST: "where videos belong, by the BLAKE3 hash of their bytes",
    },
    next_step="run Ego-ST's inference code over {out}/Part*.json with {out} as its video folder",
    pictures=False,
    notes=(
        "A part is a category here; in the released files it is a folder of videos.",
        "The right letter is `answer` in `forward_mcq` and `reverse_mcq`; under what name the "
        "released files have it is not known. `task` and `split` are added.",
    ),
)
