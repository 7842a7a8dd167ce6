"""What one threshold keeps and drops at each value it may have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Shot:
    """A frame to look at, with at most one box."""

    frame: str
    caption: str
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Example:
    """One decision close to the line."""

    number: float
    """What the threshold is compared with."""
    title: str
    shots: tuple[Shot, ...]


@dataclass(frozen=True)
class Point:
    """What one value of a threshold does."""

    value: float
    kept: int
    dropped: int


@dataclass(frozen=True)
class Curve:
    """One threshold on one workspace."""

    setting: str
    """As the recipe names it: `core_frames.tau`."""
    counts: str
    """What is counted: `frames`, `candidate boxes`."""
    says: str
    """What the number means and which side of the line is kept, in one sentence."""
    current: float
    points: tuple[Point, ...]
    """By value; the current one is among them."""
    kept: tuple[Example, ...]
    """Just on the side that is kept at the current value, closest first."""
    dropped: tuple[Example, ...]
    """Just on the other side."""


def grid(low: float, high: float, steps: int, current: float) -> list[float]:
    """Evenly spread values, both ends and the current one among them, to 4 decimals."""
    spread = np.linspace(low, high, steps + 1).round(4).tolist()
    return sorted({*spread, round(current, 4)})


def at_least(numbers: Sequence[float], values: Sequence[float]) -> tuple[Point, ...]:
    """The points of a threshold that keeps what is at or above it."""
    ordered = np.sort(np.asarray(numbers, np.float64))
    below = np.searchsorted(ordered, values, side="left")
    return tuple(
        Point(value, len(ordered) - int(n), int(n)) for value, n in zip(values, below, strict=True)
    )


def closest(
    numbers: Sequence[float], line: float, kept: Callable[[float], bool], most: int
) -> tuple[list[int], list[int]]:
    """Places of the numbers nearest to a line, on the side that is kept and on the other one."""
    order = sorted(range(len(numbers)), key=lambda i: (abs(numbers[i] - line), i))
    sides = [i for i in order if kept(numbers[i])], [i for i in order if not kept(numbers[i])]
    return sides[0][:most], sides[1][:most]
