"""Pass rates: counts that agree with each other, and never all right or all wrong."""

import math
from collections.abc import Iterator
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row, Tried
from pipeline.validation.rule import Flaw, Rule, each

_ROUNDING: Final = 1e-6


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    return None if row.tried is None else _flaws(row.tried)


def _flaws(tried: Tried) -> Iterator[Flaw]:
    told = f"{tried.right} right and {tried.unparsed} unread of {tried.samples} answers"
    right, counted = tried.right, tried.counted
    read = tried.samples - tried.unparsed
    if not 0 <= right <= counted or tried.unparsed < 0 or counted not in (tried.samples, read):
        yield Flaw("counts", f"{told}, {counted} of which count")
    elif not 0 < tried.pass_rate < 1:
        yield Flaw("one_sided", f"its pass rate is {tried.pass_rate:g}")
    elif not math.isclose(tried.pass_rate * counted, right, abs_tol=_ROUNDING):
        yield Flaw("rate", f"its pass rate is {tried.pass_rate:g}, with {right} of {counted} right")


DIFFICULTY: Final = Rule(
    name="difficulty",
    checks="a policy's answers are neither all right nor all wrong, and its counts agree",
    needs="how a policy fared",
    kinds={
        "counts": Kind("error", "has counts of answers that cannot be"),
        "one_sided": Kind("error", "has a pass rate of 0 or 1, from which nothing is learned"),
        "rate": Kind("error", "has a pass rate that is not the share of right answers"),
    },
    watch=each(_check),
)
