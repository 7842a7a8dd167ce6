"""The results as rows of a table, for whoever prints them."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.harness.protocols import PROTOCOLS, Measured
from pipeline.harness.results import Average, InputResult, Interval, ProtocolResult, Results

HEAD = ("input", "micro", "macro", "bounds", "graded", "unparsed", "failed")
COST_HEAD = ("input", "frames", "tokens in", "tokens out", "token ratio", "TFLOPs")


@dataclass(frozen=True)
class TextTable:
    """A title, and cells."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    """A sentence below it."""


def tables(results: Results) -> Iterator[TextTable]:
    """One table a protocol, one of its measures, one of tasks, and the cost of the inputs."""
    for place, first in enumerate(results.inputs[0].protocols):
        by_input = [(one, one.protocols[place]) for one in results.inputs]
        measure = PROTOCOLS[first.protocol].primary
        yield TextTable(
            f"{first.version}: {measure.name}",
            HEAD,
            tuple(_row(one, found, measure) for one, found in by_input),
        )
        if len(first.metrics) > 1:
            yield _measures(by_input)
        yield _tasks(by_input, measure)
    yield TextTable("What a question takes", COST_HEAD, tuple(map(_cost, results.inputs)))


def _row(one: InputResult, found: ProtocolResult, measure: Measured) -> tuple[str, ...]:
    metric = found.metrics[0]
    return (
        one.input,
        interval(metric.micro.graded, measure),
        interval(metric.macro.graded, measure),
        bounds(metric.micro, measure),
        f"{found.graded} of {found.asked}",
        str(sum(found.unparsed.values())),
        str(sum(found.failed.values())),
    )


def bounds(found: Average, measure: Measured) -> str:
    """Between which values the average lies, whatever the questions come to that are open."""
    if found.lower is None or found.upper is None or found.lower == found.upper:
        return ""
    return f"{number(found.lower.value, measure)} to {number(found.upper.value, measure)}"


def _measures(by_input: list[tuple[InputResult, ProtocolResult]]) -> TextTable:
    known = {m.name: m for m in PROTOCOLS[by_input[0][1].protocol].measures}
    names = [metric.name for metric in by_input[0][1].metrics]
    rows = []
    for one, found in by_input:
        micro = {metric.name: metric.micro.graded for metric in found.metrics}
        cells = (interval(micro.get(name), known[name]) for name in names)
        rows.append((one.input, *cells))
    return TextTable("Its measures (micro)", ("input", *names), tuple(rows))


def _tasks(by_input: list[tuple[InputResult, ProtocolResult]], measure: Measured) -> TextTable:
    head = ("task", "questions", *(one.input for one, _ in by_input))
    rows = []
    for place, task in enumerate(by_input[0][1].tasks):
        cells = [
            interval(found.tasks[place].metrics[measure.name].graded, measure)
            if measure.name in found.tasks[place].metrics
            else ""
            for _, found in by_input
        ]
        rows.append((task.task.replace("_", " "), str(task.asked), *cells))
    return TextTable(f"{measure.name} by task", head, tuple(rows))


def _cost(one: InputResult) -> tuple[str, ...]:
    cost = one.cost
    return (
        one.input,
        f"{cost.frames:.1f}"
        + (f" of {cost.frames_considered:.1f}" if cost.frames_considered > cost.frames else ""),
        _plain(cost.tokens_in, ".0f"),
        _plain(cost.tokens_out, ".0f"),
        _plain(cost.token_ratio, ".1%"),
        _plain(cost.tflops, ".2f"),
    )


def _plain(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def interval(found: Interval | None, measure: Measured) -> str:
    """`62.5 [40.1, 80.0]`: percent of a share, else points."""
    if found is None:
        return ""
    low, high = number(found.low, measure), number(found.high, measure)
    return f"{number(found.value, measure)} [{low}, {high}]"


def number(value: float, measure: Measured) -> str:
    """A value as tables show it."""
    return f"{100 * value:.1f}" if measure.share else f"{value:.2f}"
