"""TRL: prompt and completion with images, one table for SFT and for GRPO.

Its rules, from `trl.data_utils.prepare_multimodal_messages` and the trainers (1.16.0): a prompt of
plain strings gets all of `images` put before the first user's text; SFT trains on `completion`;
GRPO leaves it out and hands all other columns to the reward functions. It has no column for videos.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pipeline.evaluation.rewards.standalone import standalone
from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT, qwen2_5_vl
from pipeline.publish.exports.details import Details, Message, details
from pipeline.publish.exports.evidence import rendered, tagged
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.tables import pictures, split_tables
from pipeline.publish.published import Picture, SampleRow
from pipeline.records import Record, record

REWARD: Final = "reward.py"


@record
class TrlRow(Record):
    """A row that SFT and GRPO both take."""

    prompt: tuple[Message, ...]
    completion: tuple[Message, ...]
    images: tuple[Picture, ...]
    solution: str
    """What is right, between `<answer>` and `</answer>`."""
    details: Details


def trl_row(row: SampleRow, index: int, job: Job) -> TrlRow:
    """The row of a sample."""
    seconds = [frame.pts_seconds for frame in row.core_frames]
    evidence = rendered(wording.plain(row.evidence), job.boxes.by_item(row), tagged)
    return TrlRow(
        prompt=(Message(role="user", content=wording.prompt(row, seconds)),),
        completion=(Message(role="assistant", content=wording.reply(row, evidence)),),
        images=pictures(row),
        solution=wording.answered(row),
        details=details(row, index, job.boxes),
    )


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    (job.folder / REWARD).write_text(standalone("trl"), encoding="utf-8")
    with split_tables(job.folder / "data", TrlRow, lambda row, n: trl_row(row, n, job)) as add:
        yield add


FORMAT: Final = Format(
    name="trl",
    consumer="TRL's SFTTrainer and GRPOTrainer",
    writing=_writing,
    box_forms=(UNIT, PER_THOUSAND, qwen2_5_vl()),
    box_place="<obj>name</obj><box>[...]</box>at<t>seconds</t>s where the reasoning first names a "
    "key item; as numbers in `details.boxes`",
    times="seconds on the container's clock: of the pictures in the question, of boxes in <t>, of "
    "the claims in `details.spans`",
    media="`images`, embedded; TRL puts them before the question",
    files={
        "data/{split}-*.parquet": "prompt, completion, images, solution and details",
        REWARD: "reward functions: answer and form, from nothing but Python",
    },
    next_step="datasets.load_dataset('{out}') gives what SFTTrainer and GRPOTrainer take",
    notes=(
        "GRPO's reward functions get `solution` and `details` of each row; those in "
        f"{REWARD} read them: reward_funcs=[task_reward, format_reward].",
        "The box form qwen2.5-vl holds where the processor's smallest and largest picture are not "
        "changed.",
    ),
)
