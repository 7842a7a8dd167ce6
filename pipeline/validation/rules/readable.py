"""Whether every row can be read at all, and its fields are what its format says."""

from collections.abc import Iterator

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each


def _check(row: Row, context: Context) -> Iterator[Flaw]:
    return (Flaw(problem.code, problem.detail) for problem in row.problems)


READABLE = Rule(
    name="readable",
    checks="files can be read to their end, rows have the fields of their format, each of its type",
    needs="been read",
    kinds={
        "broken_file": Kind("error", "the file ends in the middle, or is none of its kind"),
        "not_a_row": Kind("error", "is no row"),
        "missing": Kind("error", "lacks a field that its format needs"),
        "wrong_type": Kind("error", "has a field of another type than its format's"),
    },
    watch=each(_check),
    rejected=True,
)
