"""Facts: statements about several frames of a group that follow from boxes alone.

Every fact is positive: it says what was seen where, never that something was absent, since a
detector that sees nothing proves nothing. Each needs all of its frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

from pipeline.models.coco import many, one
from pipeline.models.program.sightings import Moment, Sighting
from pipeline.models.program.wordings import listed
from pipeline.tasks import Task

VEHICLES: Final = frozenset({"bicycle", "car", "motorcycle", "bus", "train", "truck", "boat"})

CLEARLY_APART: Final = 0.12
"""Change of a distance, as a share of the picture's width, that counts as a change (ours)."""

CLEARLY_LARGER: Final = 1.4
"""Ratio of heights at which something has come closer (ours)."""

LONGEST_ORDER: Final = 3


@dataclass(frozen=True)
class Fact:
    """One statement, with the frames that it needs and the words that fill its sentences."""

    task: Task
    kind: str
    """The wording's name in `prompts/questions/program.md`."""
    frames: tuple[str, ...]
    start: float
    end: float
    slots: tuple[tuple[str, Any], ...]


def find_facts(moments: Sequence[Moment]) -> list[Fact]:
    """All facts of a group, the most telling kinds first, in an order that is always the same."""
    kinds = (order, sides, closeness, progress, movement, approach, vehicles)
    return [fact for kind in kinds for fact in kind(moments)]


def _fact(task: Task, kind: str, used: Sequence[Moment], **slots: Any) -> Fact:
    frames = tuple(moment.frame for moment in used)
    return Fact(task, kind, frames, used[0].seconds, used[-1].seconds, tuple(slots.items()))


def order(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Which object is the most prominent, moment after moment."""
    chosen: dict[str, Moment] = {}
    for moment in moments:
        if moment.sightings:
            chosen.setdefault(moment.sightings[0].label, moment)
    used = list(chosen.items())[:LONGEST_ORDER]
    if len(used) < 2:
        return
    # A frame that shows two of them at once would give part of the order away.
    names = [one(label) for label, _ in used]
    yield _fact(
        Task.EVENT_PROCESS,
        "order",
        [moment for _, moment in used],
        names=names,
        shuffled=listed(sorted(names)),
    )


def sides(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Two objects that change sides with each other within one scene."""
    for first, second, a, b in _pairs(moments):
        before = a[0].centre[0] - a[1].centre[0]
        after = b[0].centre[0] - b[1].centre[0]
        if before * after < 0 and min(abs(before), abs(after)) > CLEARLY_APART / 2:
            yield _fact(
                Task.INTERACTION_DYNAMICS,
                "sides",
                (first, second),
                a=a[0].label,
                b=a[1].label,
                before="left" if before < 0 else "right",
                after="left" if after < 0 else "right",
            )


def closeness(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Two objects whose distance changes clearly within one scene."""
    for first, second, a, b in _pairs(moments):
        change = _distance(*b) - _distance(*a)
        if abs(change) > CLEARLY_APART:
            yield _fact(
                Task.INTERACTION_DYNAMICS,
                "closeness",
                (first, second),
                a=a[0].label,
                b=a[1].label,
                change="closer together" if change < 0 else "further apart",
            )


def progress(moments: Sequence[Moment]) -> Iterator[Fact]:
    """What one scene shows and what a later one shows instead."""
    shown = [moment for moment in moments if moment.sightings]
    for first, last in ((a, b) for a in shown for b in reversed(shown) if b.scene > a.scene):
        early, late = first.sightings[0], last.sightings[0]
        if early.label not in last.labels and late.label not in first.labels:
            yield _fact(
                Task.NARRATIVE_STRUCTURING,
                "progress",
                (first, last),
                early=f"{one(early.label)} {early.place}",
                late=f"{one(late.label)} {late.place}",
            )
            return


def movement(moments: Sequence[Moment]) -> Iterator[Fact]:
    """One object that crosses the picture within one scene."""
    for first, second in _same_scene(moments):
        for label in sorted(first.labels & second.labels):
            a, b = first.only(label), second.only(label)
            if a and b and {a.side, b.side} == {"left", "right"}:
                yield _fact(
                    Task.SITUATIONAL_AWARENESS,
                    "movement",
                    (first, second),
                    a=label,
                    before=a.side,
                    after=b.side,
                )


def approach(moments: Sequence[Moment]) -> Iterator[Fact]:
    """One object that grows or shrinks clearly within one scene, wholly inside the picture."""
    for first, second in _same_scene(moments):
        for label in sorted(first.labels & second.labels):
            a, b = first.only(label), second.only(label)
            if a is None or b is None or not (_inside(a) and _inside(b)):
                continue
            ratio = _height(b) / _height(a)
            if ratio > CLEARLY_LARGER or ratio < 1 / CLEARLY_LARGER:
                yield _fact(
                    Task.SITUATIONAL_AWARENESS,
                    "approach",
                    (first, second),
                    a=label,
                    change="larger" if ratio > 1 else "smaller",
                    meaning="comes closer" if ratio > 1 else "moves away",
                )


def vehicles(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Kinds of vehicles that no single frame shows together."""
    chosen: dict[str, Moment] = {}
    for moment in moments:
        for sighting in moment.sightings:
            if sighting.label in VEHICLES:
                chosen.setdefault(sighting.label, moment)
    used = sorted({m.frame: m for m in chosen.values()}.values(), key=lambda m: m.seconds)
    kinds = frozenset(chosen)
    if len(used) < 2 or any(kinds <= moment.labels for moment in moments):
        return
    yield _fact(
        Task.TRAFFIC_ANALYSIS,
        "vehicles",
        used[:LONGEST_ORDER],
        kinds=listed([many(label) for label in chosen]),
    )


def _same_scene(moments: Sequence[Moment]) -> Iterator[tuple[Moment, Moment]]:
    """Pairs of one scene, the widest apart in time first."""
    pairs = [(a, b) for a, b in combinations(moments, 2) if a.scene == b.scene]
    yield from sorted(pairs, key=lambda p: (p[0].seconds - p[1].seconds, p[0].seconds))


def _pairs(
    moments: Sequence[Moment],
) -> Iterator[tuple[Moment, Moment, tuple[Sighting, Sighting], tuple[Sighting, Sighting]]]:
    """Two moments of a scene and two labels that each shows exactly once."""
    for first, second in _same_scene(moments):
        for x, y in combinations(sorted(first.labels & second.labels), 2):
            found = first.only(x), first.only(y), second.only(x), second.only(y)
            if all(s is not None for s in found):
                a, b, c, d = (s for s in found if s is not None)
                yield first, second, (a, b), (c, d)


def _distance(a: Sighting, b: Sighting) -> float:
    (ax, ay), (bx, by) = a.centre, b.centre
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)


def _height(s: Sighting) -> float:
    return s.bbox[3] - s.bbox[1]


def _inside(s: Sighting) -> bool:
    return min(s.bbox) > 0.01 and max(s.bbox) < 0.99
