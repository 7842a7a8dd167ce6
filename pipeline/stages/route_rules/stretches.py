"""What the camera does, stretch by stretch: it turns, goes ahead, stands, or nobody can tell.

A turn is a run of moves to one side; between turns lie stretches whose growth tells walking from
standing. Whatever lies between two clear readings is `None`: no question may rest on it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Final

from pipeline.recipe import RoutesSettings
from pipeline.records import Way
from pipeline.stages.route_rules.views import Moved

_SMOOTHED: Final = 2
"""Moves before and after one whose growth counts with it: steps make the picture nod."""


@dataclass(frozen=True)
class Stretch:
    """Consecutive moves that do one thing."""

    way: Way | None
    """None: unclear."""
    moves: tuple[Moved, ...]

    @property
    def start(self) -> float:
        return self.moves[0].start_seconds

    @property
    def end(self) -> float:
        return self.moves[-1].end_seconds

    @property
    def degrees(self) -> float:
        return sum(move.yaw_degrees for move in self.moves)

    @property
    def confidence(self) -> float:
        return min(move.confidence for move in self.moves)


def stretches(moves: Sequence[Moved], settings: RoutesSettings) -> list[Stretch]:
    """The stretches of clear moves that follow each other without a gap."""
    found: list[Stretch] = []
    flat: list[Moved] = []
    for turning, run in _runs(moves, settings):
        degrees = abs(sum(move.yaw_degrees for move in run))
        if not turning or degrees < settings.turn_degrees[0]:
            flat += run
            continue
        found += _flat(flat, settings)
        flat = []
        found.append(Stretch(_turn(run, settings), tuple(run)))
    return _without_glances([*found, *_flat(flat, settings)], settings)


def _runs(moves: Sequence[Moved], settings: RoutesSettings) -> Iterator[tuple[int, list[Moved]]]:
    """Moves to one side (-1 or 1), with the pauses in them, and those to neither (0)."""
    run: list[Moved] = []
    side, resting = 0, 0
    for move in moves:
        rate = move.yaw_degrees / move.seconds
        now = (rate > 0) - (rate < 0) if abs(rate) >= settings.turn_rate else 0
        if side and now == 0:
            run, resting = [*run, move], resting + 1
            if sum(m.seconds for m in run[-resting:]) >= settings.pause_seconds:
                yield side, run[:-resting]
                run, side, resting = run[-resting:], 0, 0
        elif now == side:
            run, resting = [*run, move], 0
        else:
            ended = len(run) - resting
            yield side, run[:ended]
            yield 0, run[ended:]
            run, side, resting = [move], now, 0
    ended = len(run) - resting
    yield side, run[:ended]
    yield 0, run[ended:]


def _turn(run: Sequence[Moved], settings: RoutesSettings) -> Way | None:
    degrees = sum(move.yaw_degrees for move in run)
    size = abs(degrees)
    if size >= settings.around_degrees[1]:
        return "around"
    if settings.turn_degrees[1] <= size < settings.around_degrees[0]:
        return "right" if degrees > 0 else "left"
    return None


def _flat(moves: Sequence[Moved], settings: RoutesSettings) -> Iterator[Stretch]:
    """Walking and standing between two turns; what is too short for a step is left out."""
    if not moves:
        return
    if abs(sum(move.yaw_degrees for move in moves)) >= settings.turn_degrees[1]:
        yield Stretch(None, tuple(moves))
        return
    ways = [_way(moves, i, settings) for i in range(len(moves))]
    runs = [[m for _, m in run] for _, run in groupby(zip(ways, moves, strict=True), _first)]
    told = [way for way, _ in groupby(ways)]
    joined: list[tuple[Way | None, list[Moved]]] = []
    for way, run in zip(told, runs, strict=True):
        short = run[-1].end_seconds - run[0].start_seconds < settings.min_step_seconds
        if joined and (short or joined[-1][0] == way):
            joined[-1][1].extend(run)
        else:
            joined.append((way, list(run)))
    for way, run in joined:
        if run[-1].end_seconds - run[0].start_seconds >= settings.min_step_seconds:
            yield Stretch(way, tuple(run))


def _first(pair: tuple[Way | None, Moved]) -> Way | None:
    return pair[0]


def _way(moves: Sequence[Moved], at: int, settings: RoutesSettings) -> Way | None:
    around = moves[max(0, at - _SMOOTHED) : at + _SMOOTHED + 1]
    rate = median(move.forward / move.seconds for move in around)
    if rate >= settings.forward_rate:
        return "straight"
    return "stop" if abs(rate) < settings.forward_rate / 2 else None


def _without_glances(found: list[Stretch], settings: RoutesSettings) -> list[Stretch]:
    """A turn and at once one back is somebody who looks around, or is not: unclear."""
    glances = set[int]()
    for i, (one, other) in enumerate(pairwise(found)):
        sides = {one.way, other.way}
        if sides == {"left", "right"} and other.start - one.end < settings.min_step_seconds:
            glances |= {i, i + 1}
    return [Stretch(None, s.moves) if i in glances else s for i, s in enumerate(found)]
