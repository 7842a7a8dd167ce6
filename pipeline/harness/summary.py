"""From one line a question to the numbers of an evaluation."""

from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from pipeline.harness.collecting import Line
from pipeline.harness.estimates import over_questions, over_tasks
from pipeline.harness.protocols import PROTOCOLS, Measured, Protocol
from pipeline.harness.results import MetricResult, ProtocolResult, TaskResult
from pipeline.recipe.evaluation import ProtocolName
from pipeline.tasks import Task


def protocol_result(name: ProtocolName, found: Sequence[Line]) -> ProtocolResult:
    """What one protocol says of the answers under one input."""
    protocol = PROTOCOLS[name]
    lines = [line for line in found if line.ending != "skipped"]
    skipped = sum(1 for line in found if line.ending == "skipped")
    measured = [m for m in protocol.measures if any(m.name in line.measures for line in lines)]
    return ProtocolResult(
        protocol=name,
        version=protocol.label,
        primary=protocol.primary.name,
        lowest=protocol.primary.low,
        higher=protocol.primary.high,
        asked=len(lines),
        graded=sum(line.ending == "graded" for line in lines),
        unparsed=_codes(lines, "unparsed"),
        failed=_codes(lines, "failed"),
        skipped=skipped,
        metrics=[_metric(measure, lines) for measure in measured or protocol.measures[:1]],
        tasks=_tasks(protocol, lines),
    )


def _codes(lines: Sequence[Line], ending: str) -> dict[str, int]:
    return dict(sorted(Counter(line.code for line in lines if line.ending == ending).items()))


def _metric(measure: Measured, lines: Sequence[Line]) -> MetricResult:
    known = [line for line in lines if measure.name in line.measures]
    values = [line.measures[measure.name] for line in known]
    open_ = sum(line.ending != "graded" for line in lines)
    by_task: dict[str, list[float]] = {}
    for line, value in zip(known, values, strict=True):
        by_task.setdefault(line.task, []).append(value)

    def bound(value: float) -> float | None:
        return fmean([*values, *[value] * open_]) if values or open_ else None

    return MetricResult(
        name=measure.name,
        micro=over_questions(values, measure),
        macro=over_tasks(by_task, measure),
        worst=bound(measure.low),
        best=bound(measure.high),
    )


def _tasks(protocol: Protocol, lines: Sequence[Line]) -> list[TaskResult]:
    order = {task.value: place for place, task in enumerate(Task)}
    names = sorted({line.task for line in lines}, key=lambda n: (order.get(n, len(order)), n))
    return [_task(protocol, name, [line for line in lines if line.task == name]) for name in names]


def _task(protocol: Protocol, name: str, lines: Sequence[Line]) -> TaskResult:
    values = {
        measure: [line.measures[measure.name] for line in lines if measure.name in line.measures]
        for measure in protocol.measures
    }
    return TaskResult(
        task=name,
        asked=len(lines),
        graded=sum(line.ending == "graded" for line in lines),
        metrics={
            measure.name: over_questions(found, measure)
            for measure, found in values.items()
            if found
        },
    )
