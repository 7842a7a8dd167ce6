"""What others published under the protocols of an evaluation, to be printed beside its result."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.evaluation.published import (
    Protocol,
    PublishedRow,
    PublishedTable,
    QuestionSet,
    beside,
)
from pipeline.harness.results import DatasetFacts, InputResult, PublishedBeside, Results
from pipeline.harness.table import TextTable
from pipeline.recipe.evaluation import ProtocolName

BEST: Final = 3
"""Rows of a table that are printed, beside the authors' own."""


def published(protocols: Sequence[ProtocolName], dataset: DatasetFacts) -> list[PublishedBeside]:
    """The tables of these protocols, and why their numbers are of other questions."""
    return [
        PublishedBeside(
            protocol=protocol, apart=_apart(table.shown[protocol].test_set, dataset), table=table
        )
        for protocol in protocols
        for table in beside(protocol)
    ]


def _apart(test_set: QuestionSet, dataset: DatasetFacts) -> str:
    if not test_set.imported_as or test_set.imported_as != dataset.kind:
        return (
            f"not comparable: measured on {test_set.name}, and {dataset.name} holds other questions"
        )
    if test_set.questions not in (None, dataset.questions):
        return (
            f"not comparable: measured on the {test_set.questions:,} questions of {test_set.name}, "
            f"and {dataset.name} has {dataset.questions:,} of it"
        )
    return ""


def published_tables(results: Results) -> Iterator[TextTable]:
    """The best rows and the authors' own of each table, below what this evaluation came to."""
    for found in results.published:
        yield published_table(found, results.inputs)


def published_table(found: PublishedBeside, inputs: Sequence[InputResult] = ()) -> TextTable:
    """The same of one table.

    Args:
        inputs: whose averages stand above the rows, averaged like the table where it says how.
    """
    table, shown = found.table, found.table.shown[found.protocol]
    own = [(one.input, _here(one, found)) for one in inputs]
    chosen = _chosen(table, found.protocol)
    rows = [(name, value, *("" for _ in shown.columns)) for name, value in own]
    here = ("",) if inputs else ()
    rows += [(_name(table, row), *here, *_cells(table, row, shown.columns)) for row in chosen]
    left = len(table.rows) - len(chosen)
    more = f"; {left} more rows in results.json" if left else ""
    return TextTable(
        title=f"Published under protocol {found.protocol}: {table.title} ({_source(table)}; "
        f"{table.unit}; {_averaging(table)})",
        head=("", *([f"here ({table.averaging or 'micro'})"] if inputs else []), *shown.columns),
        rows=tuple(rows),
        note=(found.apart or f"measured on {shown.test_set.name}, as many questions as here")
        + more,
    )


def _source(table: PublishedTable) -> str:
    number = table.source.table
    work = table.source.work.partition(":")[0]
    return f"{work}, table {number}" if number.isdigit() else f"{work}, {number}"


def _averaging(table: PublishedTable) -> str:
    return f"{table.averaging} average" if table.averaging else "micro or macro is not stated"


def _here(one: InputResult, found: PublishedBeside) -> str:
    """What one input came to, in the table's unit."""
    shown = found.table.shown[found.protocol]
    for result in one.protocols:
        for metric in result.metrics:
            if (result.protocol, metric.name) == (found.protocol, shown.measure):
                average = metric.macro if found.table.averaging == "macro" else metric.micro
                return f"{average.graded.value * shown.scale:.1f}" if average.graded else ""
    return ""


def _chosen(table: PublishedTable, protocol: Protocol) -> list[PublishedRow]:
    """The best rows by the first column and the authors' own, the highest first."""
    first = table.shown[protocol].columns[0]
    order = sorted(table.rows, key=lambda row: -(table.value(row, first) or 0.0))
    return [row for place, row in enumerate(order) if place < BEST or row.group == "authors"]


def _name(table: PublishedTable, row: PublishedRow) -> str:
    """A row's name, with its settings where others have the same name."""
    if Counter(other.name for other in table.rows)[row.name] == 1:
        return row.name
    return f"{row.name} ({', '.join(setting.value for setting in row.settings)})"


def _cells(table: PublishedTable, row: PublishedRow, columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        value = table.value(row, column)
        yield "" if value is None else f"{value:g}"
