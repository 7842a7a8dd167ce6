"""Whether the tasks are the fourteen that there are."""

from collections.abc import Iterator

from pipeline.tasks import Task, parse_task
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_FORMATS = ("demitasse", "videoespresso")
"""Other formats have task names of their own."""


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    if row.format not in _FORMATS or row.task is None:
        return None
    return _flaws(row.task, row.format)


def _flaws(name: str, form: str) -> Iterator[Flaw]:
    task = parse_task(name)
    if task is None:
        yield Flaw("unknown", f"{name!r} is no task")
    elif form == "demitasse" and name not in list(Task):
        yield Flaw("spelling", f"{name!r} is spelled `{task}` here")


TASKS = Rule(
    name="tasks",
    checks="every task is one of VideoEspresso's fourteen, in a spelling that is known",
    needs="one of VideoEspresso's tasks",
    kinds={
        "unknown": Kind("error", "has a task that is none of the fourteen"),
        "spelling": Kind("warning", "has a task in another spelling than this format's"),
    },
    watch=each(_check),
)
