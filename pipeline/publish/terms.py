"""The most frequent words, counted in bounded memory.

Misra and Gries' summary (1982), reduced in batches as Agarwal et al. (Mergeable Summaries, 2012):
when there are more than twice `capacity` different terms, the count of the term in place
`capacity + 1` is taken from all, and those with nothing left go. A count is then too low by at
most `missed`, which stays below the number of terms over `capacity`; it is 0, and all counts are
exact, for a text with no more than `2 * capacity` different terms.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

_ENGLISH: Final = """
a about above after again against all also am an and another any are as at away be because
been before being below between both but by can could did do does doing done down during
each either else ever every few for from further get gets had has have having he her here
hers herself him himself his how however i if in instead into is it its itself just last
less like made make makes many may me might more most much must my myself neither no nor
not now of off on once one only onto or other others our ours out over own per rather same
seem seems seen shall she should since so some someone something still such than that the
their theirs them themselves then there these they this those though through thus to
together too toward towards under until up upon us very was we were what when where
whether which while who whom whose why will with within without would yet you your yours
yourself aren't can't couldn't didn't doesn't don't hasn't he's isn't it's she's that's there's
they're wasn't weren't what's who's won't
"""

STOP_WORDS: Final = {"en": frozenset(_ENGLISH.split())}
"""By language: words that say nothing of what a text is about."""


@dataclass
class TermCounter:
    """The terms that occur most, with their counts."""

    capacity: int = 20_000
    """Terms that are kept at least."""
    missed: int = 0
    """By how much any count may be too low."""
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, terms: Iterable[str]) -> None:
        """Count every term given."""
        self._counts.update(terms)
        if len(self._counts) > 2 * self.capacity:
            self._reduce()

    def top(self, n: int) -> list[tuple[str, int]]:
        """The `n` most frequent, equally frequent ones in the order of their letters."""
        return sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))[:n]

    def __getitem__(self, term: str) -> int:
        return self._counts[term]

    def _reduce(self) -> None:
        most = sorted(self._counts.values(), reverse=True)
        less = most[self.capacity]
        self.missed += less
        self._counts = Counter({t: n - less for t, n in self._counts.items() if n > less})


def words(text: str, language: str) -> list[str]:
    """The words of a text in lower case, without stop words, numbers and single letters."""
    stop = STOP_WORDS.get(language, frozenset())
    found = (match.casefold().replace("’", "'") for match in _WORD.findall(text))
    return [word for word in found if len(word) > 1 and word not in stop]
