"""What runs of partitions leave to the run over the whole workspace, and how they say so."""

from collections.abc import Sequence

from pipeline.cli.talk import talk
from pipeline.errors import UsageError
from pipeline.partition import Partition
from pipeline.publish.dataset import STAGE as PUBLISH


def check_divisible(said: str, first: str | None, last: str | None, *, batch: bool) -> None:
    """Refuse what a partition cannot do.

    Args:
        said: the option that divides the workspace.

    Raises:
        UsageError: it takes the whole workspace.
    """
    rest = "takes the whole workspace: run it without partitions when all of them have ended"
    if PUBLISH in (first, last):
        raise UsageError(f"{said}: stage {PUBLISH} {rest}")
    if batch:
        raise UsageError(f"{said}: --batch {rest}, or ask online")


def last_by_video(stages: Sequence[str]) -> str:
    """The last stage that works video by video."""
    return stages[stages.index(PUBLISH) - 1]


def say_ended(partition: Partition) -> None:
    """Say what comes when the other partitions have ended too."""
    talk(
        f"partition {partition} has ended; when all have, run or submit the same without "
        "partitions: that does what is missing, and publishes"
    )
