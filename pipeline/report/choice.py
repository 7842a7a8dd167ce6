"""Which entries a page shows when it cannot show all: a fair share, and the same each time.

Entries are drawn by a hash of their ids, kind after kind in turn, so that what is rare is there
to be looked at. Samples and what did not become one get half of the places each.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from blake3 import blake3

from pipeline.report.glance import Glance, Tally

_Drawn = tuple[int, str, Glance]


def choose(glances: Iterable[Glance], most: int) -> tuple[list[Glance], Tally]:
    """At most so many of these, samples and others mixed evenly, and the totals over all.

    Cutting the list short anywhere leaves a fair choice as well.
    """
    tally = Tally()
    kinds: dict[tuple[str, str, str], list[_Drawn]] = {}
    for glance in glances:
        tally.add(glance)
        drawn = kinds.setdefault(glance.kind, [])
        # The largest hash of those kept so far is the first to go.
        entry = (-_draw(glance.id), glance.id, glance)
        if len(drawn) < most:
            heapq.heappush(drawn, entry)
        else:
            heapq.heappushpop(drawn, entry)
    samples = list(_in_turn(kinds[kind] for kind in sorted(kinds) if kind[0] == "sample"))
    others = list(_in_turn(kinds[kind] for kind in sorted(kinds) if kind[0] != "sample"))
    half = most // 2
    few = max(most - half, most - len(others))
    return _mixed(samples[:few], others[: most - min(few, len(samples))]), tally


def _draw(name: str) -> int:
    return int.from_bytes(blake3(name.encode()).digest(length=8), "big")


def _in_turn(kinds: Iterable[Sequence[_Drawn]]) -> Iterator[Glance]:
    """One of each kind, then another one of each, smallest hash first."""
    ordered = [[glance for _, _, glance in sorted(drawn, reverse=True)] for drawn in kinds]
    return (glance for glance in chain(*zip_longest(*ordered)) if glance is not None)


def _mixed(samples: Sequence[Glance], others: Sequence[Glance]) -> list[Glance]:
    """Both lists, each spread evenly over the whole, a sample first."""
    places = [(i / len(samples), 0, g) for i, g in enumerate(samples)]
    places += [((i + 0.5) / len(others), 1, g) for i, g in enumerate(others)]
    return [glance for _, _, glance in sorted(places, key=lambda place: place[:2])]
