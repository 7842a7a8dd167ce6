"""From one line a question to the numbers of an evaluation, by `pipeline.evaluation`'s averages.

What was not graded, because no answer could be read or because asking or judging failed, is never
taken for wrong: it is counted, and opens the bounds of every average.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.evaluation.averages import Bounded, Score, summarise
from pipeline.evaluation.intervals import Estimate
from pipeline.harness.collecting import Line
from pipeline.harness.protocols import PROTOCOLS, Measured
from pipeline.harness.results import Average, Interval, MetricResult, ProtocolResult, TaskResult
from pipeline.recipe.evaluation import ProtocolName
from pipeline.tasks import Task


def protocol_result(name: ProtocolName, found: Sequence[Line]) -> ProtocolResult:
    """What one protocol says of the answers under one input."""
    protocol = PROTOCOLS[name]
    lines = [line for line in found if line.ending != "skipped"]
    known = [m for m in protocol.measures if any(m.name in line.measures for line in lines)]
    metrics: list[MetricResult] = []
    by_task: dict[str, dict[str, Average]] = {}
    for measure in known or [protocol.primary]:
        metric, tasks = _metric(measure, lines)
        metrics.append(metric)
        for task, average in tasks.items():
            by_task.setdefault(task, {})[measure.name] = average
    return ProtocolResult(
        protocol=name,
        version=protocol.label,
        primary=metrics[0].name,
        asked=len(lines),
        graded=sum(line.ending == "graded" for line in lines),
        unparsed=_codes(lines, "unparsed"),
        failed=_codes(lines, "failed"),
        skipped=len(found) - len(lines),
        videos=len({line.video for line in lines}),
        metrics=metrics,
        tasks=_tasks(lines, by_task),
    )


def scores(lines: Sequence[Line], measure: Measured) -> list[Score]:
    """The questions as averages and comparisons take them: values from 0, what is open as such.

    A graded question that lacks the measure, as one without options lacks Acc@GQA, is not in it.
    """
    return [
        Score(
            id=line.item,
            task=line.task,
            video=line.video,
            score=line.measures[measure.name] - measure.low if line.measures else 0.0,
            unparsed=not line.measures,
        )
        for line in lines
        if line.ending != "skipped" and (measure.name in line.measures or not line.measures)
    ]


def _codes(lines: Sequence[Line], ending: str) -> dict[str, int]:
    return dict(sorted(Counter(line.code for line in lines if line.ending == ending).items()))


def _metric(measure: Measured, lines: Sequence[Line]) -> tuple[MetricResult, dict[str, Average]]:
    found = summarise(scores(lines, measure), maximum=measure.high - measure.low)
    metric = MetricResult(
        name=measure.name,
        lowest=measure.low,
        highest=measure.high,
        micro=_average(found.micro, measure),
        macro=_average(found.macro, measure),
    )
    return metric, {task.task: _average(task.average, measure) for task in found.tasks}


def _average(found: Bounded, measure: Measured) -> Average:
    def moved(estimate: Estimate | None) -> Interval | None:
        if estimate is None:
            return None
        low = measure.low
        return Interval(
            value=estimate.value + low, low=estimate.low + low, high=estimate.high + low
        )

    return Average(graded=moved(found.parsed), lower=moved(found.lower), upper=moved(found.upper))


def _tasks(lines: Sequence[Line], averages: Mapping[str, dict[str, Average]]) -> list[TaskResult]:
    order = {task.value: place for place, task in enumerate(Task)}
    asked = Counter(line.task for line in lines)
    left = Counter(line.task for line in lines if line.ending != "graded")
    return [
        TaskResult(task=name, asked=asked[name], open=left[name], metrics=averages.get(name, {}))
        for name in sorted(asked, key=lambda n: (order.get(n, len(order)), n))
    ]
