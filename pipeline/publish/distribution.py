"""How numbers are distributed, exactly, in memory that does not grow with the samples.

Values are counted in whole steps, so the memory is that of the different values: lengths and
counts are whole already, seconds are rounded to tenths.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass
class Distribution:
    """Numbers, and how often each occurred."""

    step: float = 1.0
    """What values are rounded to; halves to the even step."""
    counts: Counter[int] = field(default_factory=Counter)
    """By the number of steps."""

    def add(self, value: float, times: int = 1) -> None:
        """Count a value."""
        self.counts[round(value / self.step)] += times

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.counts.total()

    @property
    def mean(self) -> float:
        """Of at least one value."""
        return self.step * sum(steps * n for steps, n in self.counts.items()) / self.count

    @property
    def least(self) -> float:
        return self.step * min(self.counts)

    @property
    def most(self) -> float:
        return self.step * max(self.counts)

    def quantile(self, share: float) -> float:
        """The smallest value that so large a share of all does not exceed (nearest rank).

        Args:
            share: within (0, 1].
        """
        rank = max(1, math.ceil(share * self.count - 1e-9))
        seen = 0
        for steps in sorted(self.counts):
            seen += self.counts[steps]
            if seen >= rank:
                return self.step * steps
        raise ValueError("no quantile of nothing")

    def binned(self, edges: Sequence[float]) -> list[int]:
        """How many values lie in each `[edges[i], edges[i + 1])`, the last one closed."""
        bins = [0] * (len(edges) - 1)
        for steps, times in self.counts.items():
            value = steps * self.step
            place = sum(value >= edge for edge in edges[1:-1])
            bins[place] += times
        return bins


def merged(parts: Iterable[Distribution], step: float = 1.0) -> Distribution:
    """All values of some distributions with this step."""
    whole = Distribution(step)
    for part in parts:
        whole.counts.update(part.counts)
    return whole
