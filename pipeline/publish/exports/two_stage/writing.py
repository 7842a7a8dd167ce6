"""The rows of both stages and the files that train on them, alike for every framework."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeAlias

from pipeline.errors import UsageError
from pipeline.publish.exports.files import json_lines
from pipeline.publish.exports.format import Add, Job
from pipeline.publish.exports.media import FrameFiles
from pipeline.publish.exports.two_stage.configs import rows_name, write_config
from pipeline.publish.exports.two_stage.hyperparameters import STAGES, Setting, StageNumber
from pipeline.publish.published import SampleRow
from pipeline.publish.split import SplitName
from pipeline.publish.statistics import SPLITS

MakeRecord: TypeAlias = Callable[[StageNumber, SampleRow, Job, list[str]], dict[str, Any]]
"""A conversation of a stage, from a sample and the paths of its pictures."""


@contextmanager
def stages(
    job: Job,
    make: MakeRecord,
    settings: Callable[[StageNumber], Sequence[Setting]],
    command: Callable[[StageNumber], str],
    splits: list[SplitName],
) -> Iterator[Add]:
    """Opens the rows of both stages; their settings are written when the block ends.

    Args:
        command: what starts a stage in the folder.
        splits: is filled with those that have rows.

    Raises:
        UsageError: no sample is for training.
    """
    frames = FrameFiles(job.folder)
    with ExitStack() as files:
        write = {
            (n, split): files.enter_context(json_lines(job.folder / rows_name(n, split)))
            for n in STAGES
            for split in SPLITS
        }

        def add(row: SampleRow) -> None:
            paths = frames.add(row)
            for n in STAGES:
                write[n, row.split].add(make(n, row, job, paths))

        yield add
        splits += [split for split in SPLITS if write[1, split].rows]
    if "train" not in splits:
        raise UsageError(
            f"{job.dataset} has no sample in its train split, so there is nothing to train on: "
            "publish it with a smaller `publish.test_fraction`, or export without --training"
        )
    for n in STAGES:
        write_config(job.folder, n, command(n), settings(n))
