"""Facts at a pause: something of the paused moment that was otherwise before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.models.program.facts import VEHICLES, shift
from pipeline.models.program.observations import Moment, Side, side, singular
from pipeline.models.program.wordings import listed, things
from pipeline.records import Bbox
from pipeline.tasks import Task

GROWN: Final = 1.25
"""Width and height of a box over those before, each, from which its object has come closer."""
_ALIKE: Final = 1.25
"""How much more one of them may have grown than the other. Where they grow unalike, something that
hid a part of the object is gone."""
_SAME_SECONDS: Final = 3.0
"""Within a scene, how far apart two moments may be for one object to be taken for the same."""

HANDLED: Final = frozenset(
    {
        *("bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple"),
        *("sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake"),
        *("backpack", "umbrella", "handbag", "suitcase", "book", "vase", "scissors", "remote"),
        *("teddy bear", "hair drier", "toothbrush", "cell phone", "laptop", "mouse", "keyboard"),
        *("frisbee", "sports ball", "baseball bat", "baseball glove", "tennis racket"),
    }
)
"""What one can reach for."""
APPROACHING: Final = VEHICLES | {"person", "dog", "horse", "cow", "bear", "elephant"}
"""What comes closer by itself, and is worth a warning."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a question can be about."""

    task: Task
    kind: str
    """The wording's name in `prompts/questions/pause_and_think_program.md`."""
    frames: tuple[str, str]
    """The earlier moment and the paused one."""
    slots: dict[str, str]
    """What fills its sentences."""
    sides: tuple[Side, Side] | None
    """Where its object was and where it is now."""


def find_facts(moments: Sequence[Moment]) -> list[Fact]:
    """All facts of a paused video, one of every kind and object, always in the same order.

    Args:
        moments: in time order; the last is the paused one.
    """
    paused, earlier = moments[-1], moments[:-1]
    kinds = (moved, reach, approaching, changed)
    return [fact for kind in kinds for fact in kind(moments, paused, earlier)]


def moved(moments: Sequence[Moment], paused: Moment, earlier: Sequence[Moment]) -> Iterator[Fact]:
    """An object that is on another side than before."""
    for label, before, sides in _moves(moments, paused, earlier):
        kind = "moved" if _continued(before, paused) else "elsewhere"
        yield Fact(Task.FACTUAL_PAST, kind, (before.frame, paused.frame), {"label": label}, sides)


def reach(moments: Sequence[Moment], paused: Moment, earlier: Sequence[Moment]) -> Iterator[Fact]:
    """A thing to take in the hand that is no longer where it was."""
    for label, before, sides in _moves(moments, paused, earlier):
        if label in HANDLED:
            frames = before.frame, paused.frame
            yield Fact(Task.FUTURE_PLANNING, "reach", frames, {"label": label}, sides)


def approaching(
    moments: Sequence[Moment], paused: Moment, earlier: Sequence[Moment]
) -> Iterator[Fact]:
    """Somebody or something that has come closer within the scene."""
    for label in singular(moments):
        if label not in APPROACHING or not paused.of(label):
            continue
        now = paused.of(label)[0].bbox
        for before in earlier:
            same, where = before.of(label) and _continued(before, paused), side(now)
            if same and where is not None and grown(before.of(label)[0].bbox, now):
                frames = before.frame, paused.frame
                slots = {"label": label}
                yield Fact(Task.FUTURE_PLANNING, "approaching", frames, slots, (where, where))
                break


def changed(moments: Sequence[Moment], paused: Moment, earlier: Sequence[Moment]) -> Iterator[Fact]:
    """Other kinds of things than at the pause, at the first moment that says all that it shows."""
    if not paused.complete:
        return
    for before in earlier:
        if before.complete and not set(before.labels) & set(paused.labels):
            first, last = (listed(things(m.certain, with_places=False)) for m in (before, paused))
            slots = {"first": first, "last": last}
            yield Fact(Task.FACTUAL_PAST, "changed", (before.frame, paused.frame), slots, None)
            return


def grown(before: Bbox, now: Bbox) -> bool:
    """Whether a box is so much larger that its object has come closer."""
    less, more = sorted((now[i + 2] - now[i]) / (before[i + 2] - before[i]) for i in (0, 1))
    return less >= GROWN and more <= _ALIKE * less


def _moves(
    moments: Sequence[Moment], paused: Moment, earlier: Sequence[Moment]
) -> Iterator[tuple[str, Moment, tuple[Side, Side]]]:
    """Labels of one object with the last moment at which it was on another side.

    Of a box that within a scene reaches further to one side only, a part was hidden before.
    """
    for label in singular(moments):
        if not paused.of(label):
            continue
        box = paused.of(label)[0].bbox
        now = side(box)
        for before in reversed([moment for moment in earlier if moment.of(label)]):
            was, old = side(before.of(label)[0].bbox), before.of(label)[0].bbox
            went = before.scene != paused.scene or shift(old, box) != 0
            if went and now is not None and was is not None and was != now:
                yield label, before, (was, now)
                break


def _continued(before: Moment, paused: Moment) -> bool:
    """Whether the only object of a label may be called the same one."""
    near = paused.seconds - before.seconds <= _SAME_SECONDS
    return near and before.scene == paused.scene
