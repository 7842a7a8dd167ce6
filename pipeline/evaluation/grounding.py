"""The numbers of temporal grounding benchmarks: mIoU, recall at an IoU, mIoP, Acc@GQA.

`IoU@0.5` is the share of questions with at least that IoU (`R@1, IoU=0.5` of Charades-STA).
Sources: NExT-GQA's evaluation, and for the recall at 0.7 what is usual on Charades-STA.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from pipeline.evaluation.graders.grade import Grade

IOU_BARS: Final = (0.3, 0.5, 0.7)
IOP_BARS: Final = (0.3, 0.5)


@dataclass(frozen=True, slots=True)
class GroundingSummary:
    """All shares and means are 0 to 1; what was unparsed counts as 0, as upstream."""

    questions: int
    unparsed: int
    mean_iou: float
    iou_at: tuple[float, ...]
    """For each of `IOU_BARS`."""
    mean_iop: float
    iop_at: tuple[float, ...]
    """For each of `IOP_BARS`."""
    accuracy: float | None
    """Acc@QA: right answers, grounded or not; None where no question has an answer."""
    acc_at_gqa: float | None
    """Right answers with an IoP of at least 0.5; None as `accuracy`."""


def summarise(grades: Sequence[Grade]) -> GroundingSummary | None:
    """The numbers of a run of `iou` or `gqa` questions; None where it has none.

    Raises:
        ValueError: a grade is of another type of problem.
    """
    if not grades:
        return None
    ious = [grade.iou for grade in grades if grade.iou is not None]
    iops = [grade.iop for grade in grades if grade.iop is not None]
    if len(ious) != len(grades) or len(iops) != len(grades):
        raise ValueError("a grade without an IoU is of no grounding question")
    answered = [grade for grade in grades if grade.answer is not None]
    return GroundingSummary(
        questions=len(grades),
        unparsed=sum(grade.unparsed is not None for grade in grades),
        mean_iou=fmean(ious),
        iou_at=tuple(_share(ious, bar) for bar in IOU_BARS),
        mean_iop=fmean(iops),
        iop_at=tuple(_share(iops, bar) for bar in IOP_BARS),
        accuracy=fmean(bool(g.answer) for g in answered) if answered else None,
        acc_at_gqa=fmean(bool(g.grounded) for g in answered) if answered else None,
    )


def _share(values: Sequence[float], bar: float) -> float:
    return sum(value >= bar for value in values) / len(values)
