"""The route that a question is about, as steps in words, for a judge of descriptions."""

from math import inf
from typing import Final

from pipeline.models.program.routes.kinds import is_reverse
from pipeline.models.program.routes.phrases import WAYS
from pipeline.models.program.routes.sequences import MIRRORED, items
from pipeline.records import RoutePath
from pipeline.tasks import Task

_PLAIN: Final = Task.ROUTE_DESCRIPTION_FORWARD


def route_steps(path: RoutePath, task: Task) -> tuple[str, ...]:
    """What is done and what is passed meanwhile, in the direction that a task asks for.

    `turn left, passing door`; a way back has the steps from the last to the first with their
    sides changed.
    """
    steps = items(path, _PLAIN)
    # Whatever comes near before the first step, as at a halt, is passed in it.
    starts = [-inf, *(step.seconds for step in steps[1:]), inf]
    told = [
        (step.key, [mark.name for mark in path.landmarks if start <= mark.seconds < end])
        for step, start, end in zip(steps, starts, starts[1:], strict=False)
    ]
    if is_reverse(task):
        told = [(MIRRORED.get(key, key), names[::-1]) for key, names in told[::-1]]
    return tuple(
        f"{WAYS[key]}, passing {', '.join(names)}" if names else WAYS[key] for key, names in told
    )
