"""What can be asked of a route: each question's task, span, true answer and frames.

The plan is the route's own arithmetic and the same for every writer: an endpoint gives it words,
and what it says is checked against it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pipeline.models.program.routes.false_orders import COUNT, false_orders
from pipeline.models.program.routes.kinds import (
    CATEGORIES,
    Category,
    category_of,
    has_choices,
    task_of,
)
from pipeline.models.program.routes.phrases import told
from pipeline.models.program.routes.sequences import Item, items, keys
from pipeline.models.program.wordings import rank
from pipeline.records import RoutePath
from pipeline.tasks import Task

_LEAST: Final = 2
"""Entries that an order needs."""


@dataclass(frozen=True)
class Plan:
    """One question that a route supports."""

    task: Task
    start_seconds: float
    end_seconds: float
    """From its first to its last step."""
    answer: str
    """The true order in words, as options tell it."""
    entries: tuple[Item, ...]

    @property
    def frames(self) -> tuple[str, ...]:
        """Those that the answer rests on, in the order of time."""
        return tuple(dict.fromkeys(i.frame for i in sorted(self.entries, key=_seconds)))


def plans(path: RoutePath, tasks: Collection[Task], most: int, seed: str) -> list[Plan]:
    """At most `most` questions, each with its opposite.

    Args:
        seed: draws which categories stay where there is no room for all.
    """
    found = []
    for category in sorted(CATEGORIES, key=lambda name: rank(seed + name)):
        pair = [task_of(category, reverse=reverse) for reverse in (False, True)]
        if supported(path, category, seed) and set(pair) <= set(tasks):
            found.append([_plan(path, task) for task in pair])
    kept = found[: most // 2]
    kept.sort(key=lambda pair: CATEGORIES.index(category_of(pair[0].task)))
    return [plan for pair in kept for plan in pair]


def supported(path: RoutePath, category: Category, seed: str) -> bool:
    """Whether a route has an order of this category that several frames tell."""
    forward = items(path, task_of(category, reverse=False))
    if len(forward) < _LEAST or len({item.frame for item in forward}) < _LEAST:
        return False
    task = task_of(category, reverse=False)
    sequence = keys(path, task)
    return not has_choices(task) or len(false_orders(sequence, category, seed)) == COUNT


def _plan(path: RoutePath, task: Task) -> Plan:
    return Plan(
        task=task,
        start_seconds=path.steps[0].start_seconds,
        end_seconds=path.steps[-1].end_seconds,
        answer=told(keys(path, task), category_of(task)),
        entries=items(path, task),
    )


def _seconds(item: Item) -> float:
    return item.seconds
