"""Results that others published, as data with their source, to be printed beside one's own.

A JSON file a table, as printed there; `notes` say where its numbers do not agree with each other.
What can be computed again is (`recomputed`), and never stored.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from pipeline.tasks import Task, parse_task

Protocol = Literal[
    "objective", "similarity", "subjective", "pause-and-think", "route", "grounding", "gated"
]
"""How answers are asked for and judged; see `docs/evaluation.md`."""
Group = Literal["closed", "open", "authors", ""]
"""Whether a model's weights are closed or open, or it is the authors' own."""
Averaging = Literal["micro", "macro", ""]
"""Whether every question or every task counts the same; empty where nobody states it."""

TABLES: Final = (
    "videoespresso_objective",
    "videoespresso_subjective",
    "videoespresso_selector",
    "videoespresso_datasets",
    "videoespresso_split",
    "pause_and_think",
    "videoauto_r1",
)
AVERAGE: Final = "Avg."


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Source(_Frozen):
    """Where a table stands."""

    work: str
    authors: str
    address: str
    table: str
    """Its number there."""


class Setting(_Frozen):
    """What a row was measured with, as printed."""

    key: str
    value: str


class QuestionSet(_Frozen):
    """What a table was measured on."""

    name: str
    questions: int | None
    """How many it has; None where that is not stated."""
    imported_as: str
    """The kind of import that reads it; empty where there is none."""


class Shown(_Frozen):
    """Which of a table's numbers belong beside a result of a protocol, and beside which."""

    measure: str
    """The measure of the protocol that they are of."""
    scale: float
    """By which that measure is to be multiplied to be in the table's unit."""
    columns: tuple[str, ...]
    """The first is what rows are ordered by."""
    caution: str
    """What else keeps them from a comparison, as a clause; empty where nothing is known."""
    test_set: QuestionSet


class PublishedRow(_Frozen):
    """One line of a table."""

    name: str
    group: Group
    settings: tuple[Setting, ...]
    values: tuple[float | None, ...]
    """One a column; None where the table has a dash."""


class PublishedTable(_Frozen):
    """A table, and what must be known to read it."""

    name: str
    title: str
    averaging: Averaging
    shown: Mapping[Protocol, Shown]
    """Beside whose results it is printed; none where it holds no results."""
    source: Source
    unit: str
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    """Where its numbers disagree, one sentence or more each."""
    rows: tuple[PublishedRow, ...]

    @model_validator(mode="after")
    def _rectangular(self) -> "PublishedTable":
        if any(len(row.values) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.name} has a row with more or fewer values than columns")
        if any(not {*shown.columns} <= {*self.columns} for shown in self.shown.values()):
            raise ValueError(f"{self.name} is shown with a column that it does not have")
        return self

    def value(self, row: PublishedRow, column: str) -> float | None:
        """One number.

        Raises:
            ValueError: the table has no such column.
        """
        return row.values[self.columns.index(column)]

    def by_task(self, row: PublishedRow) -> dict[Task, float]:
        """The numbers of the columns that are one of VideoEspresso's tasks."""
        return {
            task: number
            for column, number in zip(self.columns, row.values, strict=True)
            if (task := parse_task(column)) is not None and number is not None
        }


class Recomputed(_Frozen):
    """Averages of a row, from its own numbers."""

    stated: float
    macro: float
    micro: float
    """Weighted by the number of test questions in VideoEspresso's table 7."""


@cache
def table(name: str) -> PublishedTable:
    """A table by the name of its file.

    Raises:
        ValueError: there is none of this name.
    """
    if name not in TABLES:
        raise ValueError(f"no published table is called {name!r}: those are {', '.join(TABLES)}")
    text = resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
    return PublishedTable.model_validate(json.loads(text))


def beside(protocol: Protocol) -> tuple[PublishedTable, ...]:
    """The tables to print beside a result of this protocol."""
    return tuple(found for found in map(table, TABLES) if protocol in found.shown)


def counted_questions() -> Mapping[Task, int]:
    """How many test questions VideoEspresso's table 7 counts of each task."""
    split = table("videoespresso_split")
    return {
        task: int(split.value(row, "# Test Set") or 0)
        for row in split.rows
        if (task := parse_task(row.name)) is not None
    }


def recomputed(found: PublishedTable, row: PublishedRow) -> Recomputed | None:
    """Both averages of a row with a number for each task, or None for other tables."""
    numbers, counts = found.by_task(row), counted_questions()
    stated = found.value(row, AVERAGE) if AVERAGE in found.columns else None
    if stated is None or numbers.keys() != counts.keys():
        return None
    return Recomputed(
        stated=stated,
        macro=sum(numbers.values()) / len(numbers),
        micro=sum(numbers[task] * counts[task] for task in counts) / sum(counts.values()),
    )


def unlike_shares(found: PublishedTable, row: PublishedRow) -> tuple[Task, ...]:
    """Tasks whose percentage, with one decimal, is no share of the questions of table 7."""
    counts = counted_questions()
    return tuple(
        task
        for task, number in found.by_task(row).items()
        if all(abs(100 * right / counts[task] - number) > 0.0501 for right in range(counts[task]))
    )
