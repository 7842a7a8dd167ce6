"""Whether an answer says what the route is."""

from collections.abc import Sequence

from pipeline.models.program.routes.kinds import category_of, has_choices
from pipeline.models.program.routes.phrases import named, read, told, turns
from pipeline.models.program.routes.sequences import TURNS, keys
from pipeline.records import RoutePath
from pipeline.tasks import Task


def disagreement(answer: str, path: RoutePath, task: Task) -> str | None:
    """Where an answer and the route differ, in one sentence; None where they agree.

    Of a description all turns count, and the order of the landmarks that it names.
    """
    category, true = category_of(task), keys(path, task)
    if has_choices(task):
        if read(answer, category) == true:
            return None
        return f"the answer is {answer!r}, and the route is {told(true, category)!r}"
    right = tuple(key for key in true if key in TURNS)
    said = turns(answer)
    if said != right:
        return f"the answer turns {_listed(said)}, and the route turns {_listed(right)}"
    marks = [mark.name for mark in path.landmarks]
    passed = named(answer, marks)
    order = marks if task is Task.ROUTE_DESCRIPTION_FORWARD else marks[::-1]
    if list(passed) != [name for name in order if name in passed]:
        return f"the answer passes {_listed(passed)}, and the route {_listed(order)}"
    return None


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words) or "nowhere"
