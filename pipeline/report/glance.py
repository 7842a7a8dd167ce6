"""What is known of an entry before it is chosen, and the totals over all of them."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.report.items import Outcome


@dataclass(frozen=True, slots=True)
class Glance:
    """A question, or a unit that came to nothing, in a few words."""

    id: str
    outcome: Outcome
    task: str = ""
    """Empty for a unit."""
    split: str = ""
    stage: str = ""
    reason: str = ""
    gaps: tuple[float, ...] = ()
    """Seconds between adjacent core frames, of a sample."""

    @property
    def kind(self) -> tuple[str, str, str]:
        """Entries of one kind are as good as each other to look at."""
        if self.outcome == "sample":
            return (self.outcome, self.task, "")
        return (self.outcome, self.stage, self.reason)


@dataclass
class Tally:
    """Counts over all entries; grows with kinds, and by eight bytes with every core frame."""

    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Samples by task and split."""
    ends: Counter[tuple[Outcome, str, str]] = field(default_factory=Counter)
    """Questions by outcome, stage and reason."""
    units: Counter[tuple[Outcome, str, str]] = field(default_factory=Counter)
    """Units of other stages, likewise."""
    gaps: dict[str, "array[float]"] = field(default_factory=dict)
    """Seconds between adjacent core frames of the samples, by task."""

    def add(self, glance: Glance) -> None:
        """Count an entry."""
        ends = self.ends if glance.task else self.units
        ends[glance.outcome, glance.stage, glance.reason] += 1
        if glance.outcome == "sample":
            self.tasks[glance.task, glance.split] += 1
            self.gaps.setdefault(glance.task, array("d")).extend(glance.gaps)

    def questions(self, *outcomes: Outcome) -> int:
        """Questions that ended so; all of them where no outcome is named."""
        return sum(n for (o, _, _), n in self.ends.items() if not outcomes or o in outcomes)


def gaps_of(pts: Sequence[float]) -> tuple[float, ...]:
    """Seconds between adjacent times."""
    ordered = sorted(pts)
    return tuple(after - before for before, after in pairwise(ordered))
