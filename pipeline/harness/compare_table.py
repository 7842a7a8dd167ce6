"""Comparisons as rows of a table, and what others published under the same protocol."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pipeline.evaluation.averages import summarise
from pipeline.harness.compare import Compared, Pair, Side
from pipeline.harness.protocols import PROTOCOLS, Measured
from pipeline.harness.published import published_tables
from pipeline.harness.results import PublishedBeside
from pipeline.harness.table import TextTable, number


def comparison_tables(found: Compared) -> Iterator[TextTable]:
    """The averages, the differences, and the published tables of the protocol."""
    label = PROTOCOLS[found.protocol].label
    yield TextTable(
        f"{label}: {found.measure.name}",
        ("run", "questions", "micro", "macro"),
        tuple(_average(side, found.measure) for side in found.sides),
    )
    yield TextTable(
        f"Against {found.sides[0].name}",
        ("run", "questions in both", "difference", "better", "worse", "p"),
        tuple(_difference(pair, found.measure) for pair in found.pairs),
    )
    yield from published_tables(_published(found))


def _published(found: Compared) -> list[PublishedBeside]:
    """What others published under this protocol, against the questions of the first run."""
    everything = found.sides[0].run.results.published
    return [one for one in everything if one.protocol == found.protocol]


def _average(side: Side, measure: Measured) -> tuple[str, ...]:
    found = summarise(side.scores, maximum=measure.high - measure.low)
    cells = [
        "" if one is None else _interval(one.value, one.low, one.high, measure)
        for one in (found.micro.parsed, found.macro.parsed)
    ]
    return (side.name, f"{found.questions - found.unparsed} of {found.questions}", *cells)


def _interval(value: float, low: float, high: float, measure: Measured) -> str:
    shown = [number(each + measure.low, measure) for each in (value, low, high)]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"


def _difference(pair: Pair, measure: Measured) -> tuple[str, ...]:
    found = pair.found
    change = ""
    if found.difference is not None:
        one = found.difference
        change = _signed(one.value, measure)
        if one.low is not None and one.high is not None:
            change += f" [{_signed(one.low, measure)}, {_signed(one.high, measure)}]"
    p_value = "" if found.p_value is None else f"{found.p_value:.3f}"
    return (
        pair.second.name,
        str(found.questions),
        change,
        str(found.better),
        str(found.worse),
        p_value,
    )


def _signed(value: float, measure: Measured) -> str:
    text = number(value, measure)
    return text if text.startswith("-") else f"+{text}"


def as_data(found: Compared) -> dict[str, Any]:
    """A comparison for machines."""
    return {
        "protocol": PROTOCOLS[found.protocol].label,
        "measure": found.measure.name,
        "first": found.sides[0].name,
        "published": [one.model_dump(mode="json") for one in _published(found)],
        "against": [
            {
                "run": pair.second.name,
                "questions": pair.found.questions,
                "only_first": pair.found.only_first,
                "only_second": pair.found.only_second,
                "difference": pair.found.difference and asdict(pair.found.difference),
                "better": pair.found.better,
                "worse": pair.found.worse,
                "p_value": pair.found.p_value,
                "open": list(pair.found.unparsed),
            }
            for pair in found.pairs
        ],
    }
