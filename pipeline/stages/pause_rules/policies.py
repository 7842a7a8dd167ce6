"""Where to stop: the moments that each policy wants, with the stretch that each lies in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from pipeline.recipe import PausePointsSettings
from pipeline.records import PausePolicy


@dataclass(frozen=True)
class Wanted:
    """A moment to stop at: no frame from then on is shown."""

    seconds: float
    clip_start: float
    clip_end: float


def wanted(
    settings: PausePointsSettings, start: float, end: float, boundaries: Callable[[], list[float]]
) -> list[Wanted]:
    """The moments of a video that runs from `start` to `end`, in time order.

    Args:
        boundaries: gives those between actions; asked only where the policy needs them.
    """
    return list(_POLICIES[settings.policy](settings, start, end, boundaries))


def _tiles(
    settings: PausePointsSettings, start: float, end: float, boundaries: Callable[[], list[float]]
) -> Iterator[Wanted]:
    """The end of each tile; the last one may be shorter."""
    length = settings.tile_seconds
    edges = [start + length * n for n in range(ceil((end - start) / length))]
    for left, right in pairwise([*edges, end]):
        yield Wanted(right, left, right)


def _shares(
    settings: PausePointsSettings, start: float, end: float, boundaries: Callable[[], list[float]]
) -> Iterator[Wanted]:
    for share in sorted(set(settings.shares)):
        yield Wanted(start + share * (end - start), start, end)


def _between_actions(
    settings: PausePointsSettings, start: float, end: float, boundaries: Callable[[], list[float]]
) -> Iterator[Wanted]:
    """Each boundary, in the stretch of the action before it and of the one after it.

    Where the action before is too short to be shown by itself, those before it belong to it.
    """
    inner = [seconds for seconds in boundaries() if start < seconds < end]
    for place, seconds in enumerate(inner):
        after = inner[place + 1] if place + 1 < len(inner) else end
        yield Wanted(seconds, _before(settings, inner[:place], seconds, start), after)


def _before(
    settings: PausePointsSettings, earlier: Sequence[float], seconds: float, start: float
) -> float:
    enough = [edge for edge in earlier if seconds - edge >= settings.min_shown_seconds]
    return enough[-1] if enough else start


_POLICIES: Final[dict[PausePolicy, Callable[..., Iterator[Wanted]]]] = {
    "boundary": _between_actions,
    "tile": _tiles,
    "share": _shares,
}
