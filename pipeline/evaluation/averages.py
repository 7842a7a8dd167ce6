"""Scores of many questions in a few numbers: micro and macro, per task, with what was unparsed.

An answer that cannot be read is not a wrong one, and not a right one either. So each average is
given three times: over what was read, with the rest as wrong, and with the rest as right; the truth
lies between the last two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.evaluation.intervals import (
    LEVEL,
    RESAMPLES,
    SEED,
    Averages,
    Estimate,
    Method,
    averages,
)


@dataclass(frozen=True, slots=True)
class Score:
    """What one question came to."""

    id: str
    task: str
    video: str
    """Questions of one video are drawn together when intervals are made."""
    score: float
    """0 where unparsed."""
    unparsed: bool = False


@dataclass(frozen=True, slots=True)
class Bounded:
    """One average in three readings; None where there is nothing to average."""

    parsed: Estimate | None
    """Over the answers that could be read."""
    lower: Estimate | None
    """Over all, the others as wrong: what upstream's scripts report."""
    upper: Estimate | None
    """Over all, the others as right."""


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One task."""

    task: str
    questions: int
    unparsed: int
    average: Bounded


@dataclass(frozen=True, slots=True)
class Summary:
    """All questions of a run."""

    questions: int
    videos: int
    unparsed: int
    micro: Bounded
    """Every question counts the same: VideoEspresso's leaderboard."""
    macro: Bounded
    """Every task counts the same: the averages of VideoEspresso's paper."""
    tasks: tuple[TaskSummary, ...]
    """In the order of their names."""


def summarise(
    scores: Sequence[Score],
    *,
    maximum: float = 1.0,
    method: Method = "videos",
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Summary:
    """Averages of a run.

    Args:
        maximum: the highest score that a question can have; 2 for `gqa`.
        method: of the intervals; `wilson` for comparison with what others report.
        level: of the intervals.

    Raises:
        ValueError: `wilson` is asked for of scores between 0 and the highest.
    """
    tasks = sorted({score.task for score in scores})
    index = {task: n for n, task in enumerate(tasks)}

    def average(chosen: Sequence[Score], unread: float) -> Averages:
        return averages(
            [unread if s.unparsed else s.score for s in chosen],
            [s.video for s in chosen],
            [index[s.task] for s in chosen],
            maximum=maximum,
            method=method,
            level=level,
            resamples=resamples,
            seed=seed,
        )

    read = average([s for s in scores if not s.unparsed], 0.0)
    low, high = average(scores, 0.0), average(scores, maximum)
    return Summary(
        questions=len(scores),
        videos=len({s.video for s in scores}),
        unparsed=sum(s.unparsed for s in scores),
        micro=Bounded(read.micro, low.micro, high.micro),
        macro=Bounded(read.macro, low.macro, high.macro),
        tasks=tuple(
            TaskSummary(
                task=task,
                questions=sum(s.task == task for s in scores),
                unparsed=sum(s.unparsed for s in scores if s.task == task),
                # Where nothing of the last tasks was read, what was read has fewer groups.
                average=Bounded(
                    read.groups[n] if n < len(read.groups) else None,
                    low.groups[n],
                    high.groups[n],
                ),
            )
            for task, n in index.items()
        ),
    )
