"""What a rule is: a name, what it can find, and a watch that sees every row once.

Most rules judge a row by itself and are one pure function (`each`). The others keep what they
must remember of rows in compact arrays, some 10 to 300 bytes a row, never the rows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.validation.context import Context
from pipeline.validation.finding import Finding, Kind, RuleResult
from pipeline.validation.row import Row
from pipeline.validation.tally import Tally

WHOLE = "the whole dataset"
"""In place of a row, where a flaw is one of the rows together."""


class Flaw(NamedTuple):
    """What is wrong with one row."""

    code: str
    detail: str


class Watch:
    """A rule at work. `see` counts what it checked and tallies what it found."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.limits = context.limits
        self.checked = 0
        self.tally = Tally(context.limits.examples)

    def see(self, row: Row) -> None:
        """Look at a row; rows without what the rule looks at are not counted as checked."""
        raise NotImplementedError

    def judge(self, row: Row, flaws: Iterable[Flaw]) -> None:
        """Count a row as checked, and once for each code among its flaws."""
        self.checked += 1
        told: set[str] = set()
        for flaw in flaws:
            if flaw.code not in told:  # however many of its boxes are wrong
                told.add(flaw.code)
                self.tally.add(flaw.code, row.label, flaw.detail)

    def finish(self) -> None:
        """After the last row: judge what only all rows together show."""

    def notes(self) -> tuple[str, ...]:
        """What it could not check, where it could check something."""
        return ()


@dataclass(frozen=True)
class Rule:
    """What a rule says of itself; the documentation's table is tested against it."""

    name: str
    checks: str
    """What it looks at, in one line."""
    needs: str
    """What must be there for it, as in `no row has ...` or `there is no ...`."""
    kinds: Mapping[str, Kind]
    watch: Callable[[Context], Watch]
    unit: str = "rows"
    pictures: bool = False
    """It reads the bytes of embedded pictures."""
    rejected: bool = False
    """It also looks at rows that the dataset lists as rejected."""

    def result(self, watch: Watch) -> RuleResult:
        """What a finished watch of this rule says."""
        findings: tuple[Finding, ...] = tuple(watch.tally.findings(self.name, self.kinds))
        nothing = "no row has" if self.unit == "rows" else "there is no"
        absent = None if watch.checked else f"{nothing} {self.needs}"
        notes = watch.notes() if watch.checked else ()
        return RuleResult(self.name, watch.checked, self.unit, absent, notes, findings)


Check = Callable[[Row, Context], Iterable[Flaw] | None]
"""Flaws of one row; None where it has nothing to check."""


class _Each(Watch):
    def __init__(self, check: Check, context: Context) -> None:
        super().__init__(context)
        self._check = check

    def see(self, row: Row) -> None:
        flaws = self._check(row, self.context)
        if flaws is not None:
            self.judge(row, flaws)


def each(check: Check) -> Callable[[Context], Watch]:
    """A watch that judges every row by itself."""
    return lambda context: _Each(check, context)
