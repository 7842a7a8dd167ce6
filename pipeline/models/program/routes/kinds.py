"""What a route task asks for: its category and its direction.

Ego-ST Bench has four categories, each forward and in reverse; route description is answered in
words of one's own, the other three by multiple choice.
"""

from typing import Final, Literal, cast

from pipeline.tasks import TASKS_OF, Task

Category = Literal["route_description", "direction_change", "landmark_change", "action_change"]
CATEGORIES: Final[tuple[Category, ...]] = (
    "route_description",
    "direction_change",
    "landmark_change",
    "action_change",
)


def is_route_task(task: Task) -> bool:
    """Whether a task asks about a route."""
    return task in TASKS_OF["ego_st"]


def category_of(task: Task) -> Category:
    """The category of a route task."""
    return cast(Category, task.value.rpartition("_")[0])


def is_reverse(task: Task) -> bool:
    """Whether it asks for the way back."""
    return task.value.endswith("_reverse")


def opposite(task: Task) -> Task:
    """The same category in the other direction."""
    return task_of(category_of(task), reverse=not is_reverse(task))


def task_of(category: Category, *, reverse: bool) -> Task:
    """The task of a category and a direction."""
    return Task(f"{category}_{'reverse' if reverse else 'forward'}")


def has_choices(task: Task) -> bool:
    """Whether it is answered by multiple choice."""
    return category_of(task) != "route_description"
