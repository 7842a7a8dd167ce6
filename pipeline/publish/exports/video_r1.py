"""Video-R1: one clip a question, with the reasoning for its SFT and without it for its RL.

Its rules, from its issues 89 and 92 and its loaders: `path` begins with `./`, since they drop the
first character and put their media folder before the rest; what SFT trains on is `process`, a line
break and `solution`; `problem_type` selects the reward, and that of multiple choice compares
letters exactly. It wraps `problem` in a template of its own, so no instruction stands in it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT
from pipeline.publish.exports.evidence import rendered, tagged
from pipeline.publish.exports.files import json_array
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.media import clip_path
from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import SPLITS


def rl_record(row: SampleRow, number: int) -> dict[str, Any]:
    """A row without reasoning."""
    return {
        "problem_id": number,
        "problem": f"{wording.plain(row.question)} {_stretch(row)}",
        "data_type": "video",
        "problem_type": "multiple choice" if row.letter else "free-form",
        "options": wording.options(row),
        "solution": wording.answered(row),
        "path": f"./{clip_path(row)}",
        "data_source": f"demitasse/{row.source}",
        "clip_start_seconds": row.start_seconds,
        "id": row.id,
    }


def _stretch(row: SampleRow) -> str:
    """What reconciles a clip, whose clock starts at 0, with the times in question and answer."""
    return (
        f"(The clip is the stretch from {row.start_seconds:.1f} s to {row.end_seconds:.1f} s of a "
        "video; times are on that video's clock.)"
    )


def sft_record(row: SampleRow, number: int, job: Job) -> dict[str, Any]:
    """A row with the evidence as its reasoning."""
    evidence = rendered(wording.plain(row.evidence), job.boxes.by_item(row), tagged)
    return rl_record(row, number) | {"process": wording.thought(row, evidence)}


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    with ExitStack() as files:
        sft, rl = (
            {s: files.enter_context(json_array(job.folder / f"{kind}_{s}.json")) for s in SPLITS}
            for kind in ("sft", "rl")
        )

        def add(row: SampleRow) -> None:
            number = rl[row.split].rows
            rl[row.split].add(rl_record(row, number))
            sft[row.split].add(sft_record(row, number, job))

        yield add


FORMAT: Final = Format(
    name="video-r1",
    consumer="Video-R1 and trainers that read its rows",
    writing=_writing,
    box_forms=(UNIT, PER_THOUSAND),
    box_place="<obj>name</obj><box>[...]</box>at<t>seconds</t>s where `process` first names a key "
    "item",
    times="seconds on the container's clock; `problem` says which stretch of it the clip is: "
    "subtract `clip_start_seconds` for seconds of the clip",
    media="`path` is the clip ./clips/<id>.mp4 below Video-R1's media folder",
    files={
        "sft_{split}.json": "problem, options, solution, path, and the reasoning in `process`",
        "rl_{split}.json": "the same without `process`",
    },
    next_step="demitasse cut {dataset} VIDEOS --clips --out Video-R1-data/clips",
    pictures=False,
    notes=(
        "Pixels are no box form here: to what size frames are brought is chosen in training.",
        "Without a letter the reward is for free text; in train only questions about routes have "
        "options.",
    ),
)
