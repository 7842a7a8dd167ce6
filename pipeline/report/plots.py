"""The plots of a page: the way of questions, the stages, tasks, reasons and distances."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.engine.status import StageStatus
from pipeline.report.bars import Bar, Part, bar_chart
from pipeline.report.distances import distance_chart
from pipeline.report.glance import Tally

_LOSING: Final = (
    ("verdicts", "pass the review"),
    ("evidence", "have evidence"),
    ("grounding", "are grounded"),
    ("options", "have options"),
    ("selection", "pass every rule"),
    ("publish", "repeat no test question"),
)
"""The stages in which questions end, and what those that get through can claim."""
_REASONS: Final = 24
"""Lines of the chart of reasons."""
_CODES: Final = 4
"""Reasons that stand behind a stage's bar."""


@dataclass(frozen=True)
class Plot:
    """A chart with its words."""

    name: str
    title: str
    says: str
    svg: str
    legend: tuple[tuple[str, str], ...] = ()
    """Kinds of bars, each with its meaning."""


def plots(tally: Tally, stages: Sequence[StageStatus]) -> list[Plot]:
    """Those for which there are numbers."""
    made = [
        _funnel(tally),
        _tasks(tally),
        _reasons(tally),
        Plot(
            "distances",
            "Seconds between adjacent core frames",
            "The line reaches from the 5th to the 95th percentile, the bar covers the middle "
            "half, the dot is the median.",
            distance_chart(tally.gaps),
        ),
        _stages(stages),
    ]
    return [plot for plot in made if plot.svg]


def _funnel(tally: Tally) -> Plot:
    """What is left of all questions behind every stage that turns some down."""
    written = tally.questions()
    lost: dict[str, Counter[str]] = {}
    for (outcome, stage, reason), n in tally.ends.items():
        if outcome in ("rejected", "failed"):
            lost.setdefault(stage, Counter())[reason] += n
    bars = [Bar("written", f"{written:,}", (Part("kept", written),))]
    left = written - tally.questions("waiting")
    if waiting := written - left:
        bars.append(Bar("decided", f"{left:,}", (Part("kept", left),), f"{waiting:,} wait"))
    for stage, claim in _LOSING:
        if stage in lost:
            left -= lost[stage].total()
            bars.append(Bar(claim, f"{left:,}", (Part("kept", left),), _codes(lost[stage], "−")))
    samples = {split: _in_split(tally, split) for split in ("train", "test")}
    bars.append(
        Bar(
            "are samples",
            f"{sum(samples.values()):,}",
            tuple(Part(split, n) for split, n in samples.items()),
            ", ".join(f"{n:,} {split}" for split, n in samples.items()),
        )
    )
    svg = bar_chart("What becomes of questions", bars, written) if written else ""
    return Plot(
        "funnel", "From question to sample", "Questions that are left behind each stage.", svg
    )


def _tasks(tally: Tally) -> Plot:
    tasks = sorted({task for task, _ in tally.tasks})
    bars = [
        Bar(
            task.replace("_", " "),
            f"{sum(tally.tasks[task, split] for split in ('train', 'test')):,}",
            tuple(Part(split, tally.tasks[task, split]) for split in ("train", "test")),
            pick=("task", task),
        )
        for task in tasks
    ]
    bars.sort(key=lambda bar: -sum(part.value for part in bar.parts))
    svg = bar_chart("Samples by task and split", bars) if bars else ""
    legend = (("train", "train"), ("test", "test"))
    return Plot("tasks", "Samples by task", "A bar picks its task in the gallery.", svg, legend)


def _reasons(tally: Tally) -> Plot:
    found = [
        (n, outcome, stage, reason)
        for counter in (tally.ends, tally.units)
        for (outcome, stage, reason), n in counter.items()
        if outcome in ("rejected", "failed")
    ]
    found.sort(key=lambda line: (-line[0], line[2:]))
    bars = [
        Bar(f"{stage}: {reason}", f"{n:,}", (Part(outcome, n),), pick=("reason", reason))
        for n, outcome, stage, reason in found[:_REASONS]
    ]
    more = len(found) - len(bars)
    says = "Questions, and units of earlier stages, by the stage and the reason."
    if more:
        says += f" {more} rarer ones are not shown."
    svg = bar_chart("Why questions and units came to nothing", bars) if bars else ""
    legend = (("rejected", "rejected"), ("failed", "failed"))
    return Plot("reasons", "Why not", says, svg, legend)


def _stages(stages: Sequence[StageStatus]) -> Plot:
    bars = []
    for stage in stages:
        counts = stage.counts
        rejected, failed = sum(counts.rejected.values()), sum(counts.failed.values())
        parts = (
            Part("kept", counts.kept),
            Part("rejected", rejected),
            Part("failed", failed),
            Part("waiting", counts.units - counts.settled),
        )
        # Units differ from stage to stage, so each bar is full where all is done.
        share = tuple(Part(p.kind, p.value / max(1, counts.units)) for p in parts)
        codes = _codes({**counts.rejected, **counts.failed}, "")
        bars.append(Bar(stage.name, f"{counts.kept:,} of {counts.units:,}", share, codes))
    svg = bar_chart("Units of each stage", bars, 1.0) if bars else ""
    legend = (
        ("kept", "kept"),
        ("rejected", "rejected"),
        ("failed", "failed"),
        ("waiting", "waiting"),
    )
    says = "Units kept: videos, segments, windows, groups, questions, by stage."
    return Plot("stages", "Stages of the last run", says, svg, legend)


def _codes(counts: Mapping[str, int], sign: str) -> str:
    ordered = sorted(counts.items(), key=lambda line: (-line[1], line[0]))
    said = [f"{sign}{n:,} {code}" for code, n in ordered[:_CODES]]
    more = len(ordered) - len(said)
    return ", ".join(said) + (f", and {more} more" if more else "")


def _in_split(tally: Tally, split: str) -> int:
    return sum(n for (_, where), n in tally.tasks.items() if where == split)
