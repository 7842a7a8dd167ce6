"""Lists that a route does not have: what stands beside the true one as options.

Ego-ST's hardest distractor is the true order reversed; where that is another order than the true
one, it is always among ours. The others change one thing each.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, permutations
from typing import Final

from pipeline.models.program.routes.kinds import Category
from pipeline.models.program.routes.sequences import mirrored
from pipeline.models.program.wordings import rank

COUNT: Final = 3
_WAYS: Final = ("straight", "left", "right", "around")
_MOST_PERMUTED: Final = 6
"""Entries whose every order is looked at; of longer lists neighbours are swapped."""


def reversed_order(sequence: Sequence[str]) -> tuple[str, ...] | None:
    """The hard distractor; None where the list reads the same from both ends."""
    turned = tuple(reversed(sequence))
    return None if turned == tuple(sequence) else turned


def false_orders(
    sequence: Sequence[str], category: Category, seed: str
) -> tuple[tuple[str, ...], ...]:
    """Three false lists, the reversed one first where there is one; fewer where there are none."""
    true = tuple(sequence)
    hard = reversed_order(true)
    first = [hard] if hard else []
    if category == "direction_change":
        close = _possible([mirrored(true), mirrored(true[::-1])])
        far = _possible([*_swapped(true), *_changed(true)])
    else:
        close = []
        far = list(permutations(true)) if len(true) <= _MOST_PERMUTED else list(_swapped(true))
    drawn = [*_drawn(close, seed), *_drawn(far, seed)]
    found = dict.fromkeys(order for order in [*first, *drawn] if order != true)
    return tuple(found)[:COUNT]


def _drawn(orders: Iterable[tuple[str, ...]], seed: str) -> list[tuple[str, ...]]:
    return sorted(dict.fromkeys(orders), key=lambda order: rank("\n".join([seed, *order])))


def _swapped(sequence: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for i in range(len(sequence) - 1):
        yield (*sequence[:i], sequence[i + 1], sequence[i], *sequence[i + 2 :])


def _changed(sequence: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for i in range(len(sequence)):
        yield from ((*sequence[:i], way, *sequence[i + 1 :]) for way in _WAYS)


def _possible(orders: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Without those that go straight twice in a row: nobody would believe them."""
    return [o for o in orders if not any(a == b == "straight" for a, b in pairwise(o))]
