"""verl: Parquet rows with a prompt, what the reward compares with, and the pictures inside.

Its rules, from its guide to preparing data and `RLHFDataset` (0.9.1): each `<image>` of the prompt
takes the next of `images`, and none may be left; a picture may be embedded, as `datasets` decodes
it; the reward function gets `data_source`, the reply, `reward_model.ground_truth` and `extra_info`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pipeline.evaluation.rewards.standalone import standalone
from pipeline.publish.exports import wording
from pipeline.publish.exports.box_forms import PER_THOUSAND, UNIT, qwen2_5_vl
from pipeline.publish.exports.details import Details, Message, details
from pipeline.publish.exports.format import Add, Format, Job
from pipeline.publish.exports.tables import pictures, split_tables
from pipeline.publish.published import Picture, SampleRow
from pipeline.records import Record, record

SOURCE: Final = "demitasse"
REWARD: Final = "reward.py"


@record
class RewardModel(Record):
    """How the reward is found, and from what."""

    style: str
    ground_truth: str
    """The letter where the question has options, else the answer's words."""


@record
class VerlRow(Record):
    """A row of verl's RL dataset."""

    data_source: str
    prompt: tuple[Message, ...]
    images: tuple[Picture, ...]
    ability: str
    """The task."""
    reward_model: RewardModel
    extra_info: Details


def verl_row(row: SampleRow, index: int, job: Job) -> VerlRow:
    """The row of a sample."""
    seconds = [frame.pts_seconds for frame in row.core_frames]
    asked = f"{'<image>' * len(row.core_frames)}\n{wording.prompt(row, seconds)}"
    return VerlRow(
        data_source=SOURCE,
        prompt=(Message(role="user", content=asked),),
        images=pictures(row),
        ability=row.task,
        reward_model=RewardModel(style="rule", ground_truth=wording.answer(row)),
        extra_info=details(row, index, job.boxes),
    )


@contextmanager
def _writing(job: Job) -> Iterator[Add]:
    (job.folder / REWARD).write_text(standalone("verl"), encoding="utf-8")
    with split_tables(job.folder, VerlRow, lambda row, n: verl_row(row, n, job)) as add:
        yield add


FORMAT: Final = Format(
    name="verl",
    consumer="verl's RLHFDataset",
    writing=_writing,
    box_forms=(UNIT, PER_THOUSAND, qwen2_5_vl()),
    box_place="as numbers in `extra_info.boxes`, for rewards",
    times="seconds on the container's clock: of the pictures in the question, of the claims in "
    "`extra_info.spans`",
    media="`images`, embedded, each with its <image> in the prompt",
    files={
        "{split}-*.parquet": "prompt, images, reward_model and extra_info",
        REWARD: "the reward function: answer and form, from nothing but Python",
    },
    next_step="data.train_files takes the list of {out}/train-*.parquet, data.val_files of test-*",
    notes=(
        f"`data_source` is `{SOURCE}`, for which verl has no reward: set "
        f"reward.custom_reward_function.path (up to 0.8: custom_reward_function.path) to {REWARD}.",
        "The box form qwen2.5-vl holds where the processor's smallest and largest picture are not "
        "changed.",
    ),
)
