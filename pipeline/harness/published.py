"""What others published under the protocols of an evaluation, to be printed beside its result."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pipeline.evaluation.published import PublishedRow, PublishedTable, QuestionSet, beside
from pipeline.harness.results import DatasetFacts, InputResult, PublishedBeside
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


def published_tables(
    found: Iterable[PublishedBeside], inputs: Sequence[InputResult] = ()
) -> Iterator[TextTable]:
    """The best rows and the authors' own, each table once for all of its protocols.

    Args:
        inputs: whose averages stand above the rows, averaged like the table where it says how.
    """
    by_table: dict[str, list[PublishedBeside]] = {}
    for one in found:
        by_table.setdefault(one.table.name, []).append(one)
    for group in by_table.values():
        yield _text_table(group, inputs)


def _text_table(group: Sequence[PublishedBeside], inputs: Sequence[InputResult]) -> TextTable:
    table = group[0].table
    columns = tuple(dict.fromkeys(c for one in group for c in table.shown[one.protocol].columns))
    own = [f"{one.protocol} here" for one in group if inputs]
    rows = [
        (one.input, *(_here(one, each) for each in group), *[""] * len(columns)) for one in inputs
    ]
    chosen = _chosen(table, columns[0])
    rows += [(_name(table, row), *[""] * len(own), *_cells(table, row, columns)) for row in chosen]
    left = len(table.rows) - len(chosen)
    notes = [*_notes(group), f"{left} more rows in results.json" if left else ""]
    return TextTable(
        title=f"Published under {_protocols(group)}: {table.title} ({_source(table)}; "
        f"{table.unit}; {_averaging(table, here=bool(inputs))})",
        head=("", *own, *columns),
        rows=tuple(rows),
        note="\n".join(filter(None, notes)),
    )


def _protocols(group: Sequence[PublishedBeside]) -> str:
    names = [one.protocol for one in group]
    return f"protocol {names[0]}" if len(names) == 1 else f"protocols {' and '.join(names)}"


def _notes(group: Sequence[PublishedBeside]) -> Iterator[str]:
    """Whether the numbers can be compared, said once where it is so of all protocols."""
    shown = [one.table.shown[one.protocol] for one in group]
    same = (f"measured on {one.test_set.name}, as many questions as here" for one in shown)
    apart = [one.apart or told for one, told in zip(group, same, strict=True)]
    for texts in (apart, [one.caution for one in shown]):
        if len(set(texts)) == 1:
            yield texts[0]
        else:
            yield from (f"{o.protocol}: {t}" for o, t in zip(group, texts, strict=True) if t)


def _source(table: PublishedTable) -> str:
    number = table.source.table
    work = table.source.work.partition(":")[0]
    return f"{work}, table {number}" if number.isdigit() else f"{work}, {number}"


def _averaging(table: PublishedTable, *, here: bool) -> str:
    if table.averaging:
        return f"{table.averaging} average"
    return "micro or macro is not stated" + (", here micro" if here else "")


def _here(one: InputResult, found: PublishedBeside) -> str:
    """What one input came to, in the table's unit."""
    shown = found.table.shown[found.protocol]
    for result in one.protocols:
        for metric in result.metrics:
            if (result.protocol, metric.name) == (found.protocol, shown.measure):
                average = metric.macro if found.table.averaging == "macro" else metric.micro
                return f"{average.graded.value * shown.scale:.1f}" if average.graded else ""
    return ""


def _chosen(table: PublishedTable, first: str) -> list[PublishedRow]:
    """The best rows by this column and the authors' own, the highest first."""
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
