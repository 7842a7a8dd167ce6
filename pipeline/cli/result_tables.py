"""Prints the tables of an evaluation: data, so to stdout."""

import sys

from rich.console import Console
from rich.table import Table

from pipeline.harness.published import published_tables
from pipeline.harness.results import Results
from pipeline.harness.table import TextTable, tables


def show(results: Results) -> None:
    """All tables of one evaluation."""
    facts = results.dataset
    version = f" (benchmark {facts.version})" if facts.version else ""
    asked = "1 question" if facts.questions == 1 else f"{facts.questions} questions"
    print_line(f"{results.model.label} on {facts.name}{version}, split {facts.split}: {asked}")
    for found in (*tables(results), *published_tables(results.published, results.inputs)):
        print_table(found)


def print_line(text: str) -> None:
    """A line of data."""
    _console().print(text, markup=False)


def print_table(found: TextTable) -> None:
    """A table, its first column to the left and the others to the right."""
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(found.head):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in found.rows:
        table.add_row(*row)
    console = _console()
    console.print(f"\n{found.title}", soft_wrap=True)
    console.print(table)
    if found.note:
        console.print(found.note, soft_wrap=True)


def _console() -> Console:
    # Wide where nobody looks on: a table in a file is not cut to eighty columns.
    width = None if sys.stdout.isatty() else 200
    return Console(file=sys.stdout, width=width, highlight=False, markup=False)
