"""Facts: what changes between moments of a group, and so can be asked about.

Every fact names its moments and says of each only what was found there. Whoever has one of the
frames alone cannot give the answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Final

from pipeline.models.coco import one
from pipeline.models.program.observations import Moment, centre_x, side, singular
from pipeline.models.program.wordings import listed, place, seconds, things
from pipeline.records import Bbox, DetectedObject
from pipeline.tasks import Task

VEHICLES: Final = frozenset({"bicycle", "car", "motorcycle", "bus", "train", "truck"})

MOST_MOMENTS: Final = 3
"""Moments of one question, at most."""
_SHORTEST: Final = 0.15
"""Seconds between two moments; times are told with one decimal."""
_STEP: Final = 0.05
"""Share of the picture's width by which both edges of a box move when its object does."""
_APART: Final = 0.1
"""Share of the picture's width between the centres of objects that are beside each other."""
_SAME_SECONDS: Final = 3.0
"""Within a scene, how far apart two moments may be for one object to be taken for the same."""
_GAP: Final = 0.15
"""Share of the picture's width between objects that are clear of each other."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer, with the frames that it needs and the words that fill its sentences."""

    task: Task
    kind: str
    """The wording's name in `prompts/questions/program.md`."""
    frames: tuple[str, ...]
    slots: dict[str, Any]


def find_facts(moments: Sequence[Moment]) -> list[Fact]:
    """All facts of a group, the most telling of each kind first; always in the same order."""
    kinds = (path, order, sides, meeting, places, vehicles, progress)
    return [fact for kind in kinds for fact in kind(moments)]


def path(moments: Sequence[Moment]) -> Iterator[Fact]:
    """An object that goes from one side over the centre to the other within one scene."""
    for label in singular(moments):
        run = [(m, m.of(label)[0].bbox) for m in moments if m.of(label)]
        for steps in zip(run, run[1:], run[2:], strict=False):
            used = [moment for moment, _ in steps]
            if _continued(used) and _told_apart(used) and _moves(steps):
                yield _placed(Task.EVENT_PROCESS, "path", f"the {label}", steps)


def order(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Labels that show up at different moments, each at one where no other is even hinted at."""
    labels = sorted({label for m in moments for label in m.labels})
    found = []
    for count in range(min(MOST_MOMENTS, len(labels)), 1, -1):
        for chosen in combinations(labels, count):
            best = [_best(moments, label, set(chosen)) for label in chosen]
            used = [(m, label) for m, label in zip(best, chosen, strict=True) if m is not None]
            used.sort(key=lambda entry: entry[0].seconds)
            if len(used) == count and _told_apart([m for m, _ in used]):
                found.append(used)
    # Stable, so that more labels stay first among those of as many scenes.
    for used in sorted(found, key=lambda u: (-len(u), -len({m.scene for m, _ in u}))):
        at = [f"at {seconds(m.seconds)} {one(label)}" for m, label in used]
        yield _fact(
            Task.EVENT_PROCESS,
            "order",
            [m for m, _ in used],
            shuffled=listed(sorted(one(label) for _, label in used)),
            ordered=listed(at),
        )


def sides(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Two objects that change sides with each other within one scene."""
    for first, last, a, b in _pairs(moments):
        before, after = (centre_x(x) - centre_x(y) for x, y in zip(a, b, strict=True))
        if before * after < 0 and min(abs(before), abs(after)) >= _APART:
            relations = ["to the left of" if d < 0 else "to the right of" for d in (before, after)]
            yield _related("sides", first, last, relations)


def meeting(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Two objects that are clear of each other at one moment and overlap at another."""
    for first, last, a, b in _pairs(moments):
        if not all(0.5 <= _area(x[0]) / _area(x[1]) <= 2 for x in (a, b)):
            continue  # A box that shrank may hold a part of its object only.
        before, after = (max(x[0], y[0]) - min(x[2], y[2]) for x, y in zip(a, b, strict=True))
        if min(before, after) <= -_STEP and max(before, after) >= _GAP:
            relations = ["apart from" if gap > 0 else "overlapping" for gap in (before, after)]
            yield _related("meeting", first, last, relations)


def places(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Where an object is at two moments, on different sides; the widest apart in time first."""
    for label in singular(moments):
        run = [(m, m.of(label)[0].bbox) for m in moments if m.of(label)]
        for a, b in sorted(combinations(run, 2), key=lambda p: p[0][0].seconds - p[1][0].seconds):
            same = _continued([a[0], b[0]])
            moved = not same or shift(a[1], b[1]) != 0
            apart = None not in (side(a[1]), side(b[1])) and side(a[1]) != side(b[1])
            if moved and apart and _told_apart([a[0], b[0]]):
                name = f"the {label}" if same else one(label)
                yield _placed(Task.SITUATIONAL_AWARENESS, "places", name, (a, b))


def vehicles(moments: Sequence[Moment]) -> Iterator[Fact]:
    """Moments with different kinds of vehicles, the widest apart in time first."""
    shown = [
        (m, [o for o in m.certain if o.label in VEHICLES])
        for m in moments
        if VEHICLES & set(m.labels) and VEHICLES & set(m.hinted) <= set(m.labels)
    ]
    for a, b in sorted(combinations(shown, 2), key=lambda p: p[0][0].seconds - p[1][0].seconds):
        if {o.label for o in a[1]} != {o.label for o in b[1]} and _told_apart([a[0], b[0]]):
            yield _listing(Task.TRAFFIC_ANALYSIS, "vehicles", (a, b), with_places=False)


def progress(moments: Sequence[Moment]) -> Iterator[Fact]:
    """What the scenes show one after another, each at the moment that says most of it."""
    scenes: dict[int, Moment] = {}
    for moment in (m for m in moments if m.complete):
        if moment.scene not in scenes or _says(moment) > _says(scenes[moment.scene]):
            scenes[moment.scene] = moment
    told = [(m, m.certain) for _, m in sorted(scenes.items())]
    if len(told) > MOST_MOMENTS:
        told = [told[0], told[len(told) // 2], told[-1]]
    kinds = [things(objects) for _, objects in told]
    apart = _told_apart([m for m, _ in told])
    if len(told) > 1 and apart and all(a != b for a, b in pairwise(kinds)):
        yield _listing(Task.NARRATIVE_STRUCTURING, "progress", told, with_places=True)


def _fact(task: Task, kind: str, used: Sequence[Moment], **slots: Any) -> Fact:
    times = [f"{m.seconds:.1f}" for m in used]
    slots |= {
        "times": f"{listed(times)} seconds",
        "start": seconds(used[0].seconds),
        "end": seconds(used[-1].seconds),
    }
    return Fact(task, kind, tuple(m.frame for m in used), slots)


def _placed(task: Task, kind: str, name: str, steps: Sequence[tuple[Moment, Bbox]]) -> Fact:
    at = [f"at {seconds(m.seconds)} {place(side(bbox))}" for m, bbox in steps]
    return _fact(
        task,
        kind,
        [m for m, _ in steps],
        name=name,
        at=listed(at),
        first=at[0],
        rest=listed(at[1:]),
    )


def _related(
    kind: str, first: tuple[Moment, str], last: tuple[Moment, str], relations: Sequence[str]
) -> Fact:
    (before, a), (after, b) = first, last
    return _fact(
        Task.INTERACTION_DYNAMICS,
        kind,
        [before, after],
        a=a,
        b=b,
        before=relations[0],
        after=relations[1],
    )


def _listing(
    task: Task,
    kind: str,
    told: Sequence[tuple[Moment, Sequence[DetectedObject]]],
    *,
    with_places: bool,
) -> Fact:
    at = [f"at {seconds(m.seconds)} {listed(things(o, with_places))}" for m, o in told]
    return _fact(task, kind, [m for m, _ in told], at="; ".join(at))


def _told_apart(used: Sequence[Moment]) -> bool:
    return all(b.seconds - a.seconds >= _SHORTEST for a, b in pairwise(used))


def _continued(used: Sequence[Moment]) -> bool:
    """Whether the only object of a label may be called the same one throughout."""
    return all(
        a.scene == b.scene and b.seconds - a.seconds <= _SAME_SECONDS for a, b in pairwise(used)
    )


def _best(moments: Sequence[Moment], label: str, among: set[str]) -> Moment | None:
    """The moment with the best score of a label, and no hint at another of them."""
    alone = [m for m in moments if m.of(label) and set(m.hinted) & among == {label}]
    return max(alone, key=lambda m: (m.of(label)[0].score, -m.seconds), default=None)


def _moves(steps: Sequence[tuple[Moment, Bbox]]) -> bool:
    """Whether every step goes the same way, from one side to the next."""
    boxes = [bbox for _, bbox in steps]
    ways = {shift(a, b) for a, b in pairwise(boxes)}
    return ways in ({-1}, {1}) and {side(b) for b in boxes} == {"left", "centre", "right"}


def shift(a: Bbox, b: Bbox) -> int:
    """1 where both edges go right, -1 where both go left; a box that only grows does neither."""
    low, high = sorted((b[0] - a[0], b[2] - a[2]))
    return 1 if low >= _STEP else -1 if high <= -_STEP else 0


def _says(moment: Moment) -> tuple[int, float]:
    return len(moment.labels), min(o.score for o in moment.certain)


def _area(bbox: Bbox) -> float:
    return (bbox[2] - bbox[0]) * (bbox[3] - bbox[1])


def _pairs(
    moments: Sequence[Moment],
) -> Iterator[tuple[tuple[Moment, str], tuple[Moment, str], tuple[Bbox, Bbox], tuple[Bbox, Bbox]]]:
    """Two moments of a scene, two objects that both show, and the boxes of each."""
    labels = singular(moments)
    pairs = [p for p in combinations(moments, 2) if _continued(p) and _told_apart(p)]
    for first, last in sorted(pairs, key=lambda p: p[0].seconds - p[1].seconds):
        both = [label for label in labels if first.of(label) and last.of(label)]
        for a, b in combinations(both, 2):
            boxes = {name: (first.of(name)[0].bbox, last.of(name)[0].bbox) for name in (a, b)}
            # What moved is what the sentence is about.
            a, b = sorted(
                (a, b), key=lambda n: (-abs(centre_x(boxes[n][0]) - centre_x(boxes[n][1])), n)
            )
            yield (first, a), (last, b), boxes[a], boxes[b]
