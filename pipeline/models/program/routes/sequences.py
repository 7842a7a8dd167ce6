"""What the answer to a route question lists, in its order.

Who walks a way back comes upon everything in the opposite order and turns to the opposite side
where the way turned: left then right is left then right again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pipeline.models.program.routes.kinds import Category, category_of, is_reverse
from pipeline.records import RouteMark, RoutePath, RouteStep
from pipeline.tasks import Task

MIRRORED: Final = {"left": "right", "right": "left"}
TURNS: Final = frozenset({"left", "right", "around"})


@dataclass(frozen=True)
class Item:
    """One entry of an answer."""

    key: str
    """A way of `RouteStep`, or a mark's name."""
    seconds: float
    frame: str


def items(path: RoutePath, task: Task) -> tuple[Item, ...]:
    """What the answer to a task lists, in the order that the task asks for."""
    forward = _forward(path, category_of(task))
    if not is_reverse(task):
        return forward
    return tuple(Item(MIRRORED.get(i.key, i.key), i.seconds, i.frame) for i in forward[::-1])


def keys(path: RoutePath, task: Task) -> tuple[str, ...]:
    """The same without times."""
    return tuple(item.key for item in items(path, task))


def mirrored(sequence: Sequence[str]) -> tuple[str, ...]:
    """Left for right and right for left."""
    return tuple(MIRRORED.get(key, key) for key in sequence)


def _forward(path: RoutePath, category: Category) -> tuple[Item, ...]:
    if category == "landmark_change":
        return tuple(map(_of_mark, path.landmarks))
    if category == "action_change":
        return tuple(map(_of_mark, path.actions))
    going = [step for step in path.steps if step.way != "stop"]
    # Without a halt between them, two stretches ahead are one; two turns stay two.
    told = [list(run) for _, run in groupby(enumerate(going), _joined)]
    return tuple(_of_step(run[0][1]) for run in told)


def _joined(place: tuple[int, RouteStep]) -> tuple[str, int]:
    at, step = place
    return step.way, 0 if step.way == "straight" else at


def _of_mark(mark: RouteMark) -> Item:
    return Item(mark.name, mark.seconds, mark.frame)


def _of_step(step: RouteStep) -> Item:
    return Item(step.way, step.start_seconds, step.frame)
