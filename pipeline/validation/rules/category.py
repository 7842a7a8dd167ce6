"""Reasoning about something else than was asked: another category, or another task.

A third of the published training rows for route questions reason about landmarks where the
question is about directions, or about actions where it is about landmarks. Reasoning that poses
questions of its own shows which category it is about, and so does reasoning that names its task.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.tasks import Task, parse_task
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_CATEGORIES: Final = {
    "direction": re.compile(
        r"\b(?:directions?|turns?|turning|left|right|heading)\b", re.IGNORECASE
    ),
    "landmark": re.compile(r"\blandmarks?\b", re.IGNORECASE),
    "action": re.compile(r"\bactions?\b", re.IGNORECASE),
}
_QUESTION: Final = re.compile(r"[^.?!]*\?")
_TASK: Final = re.compile(
    r"\b(?:this is an? |task(?: here)? is |type of question is )([a-z]+(?:[ _][a-z]+)?)"
    r"(?: (?:task|question|problem))?\b",
    re.IGNORECASE,
)


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    if not row.reasoning or not row.question:
        return None
    posed = _QUESTION.findall(row.reasoning) if "?" in row.reasoning else []
    named = [task for task in map(parse_task, _TASK.findall(row.reasoning)) if task is not None]
    asked = category_of(row.question)
    others = [c for c in map(category_of, posed) if c is not None]
    task = parse_task(row.task) if row.task else None
    if (asked is None or not others) and (task is None or not named):
        return None
    return _flaws(asked, others, task, named)


def category_of(question: str) -> str | None:
    """The one category whose words a question has; None where it has those of none or several.

    Directions are told in questions about anything, so they count only where nothing else does.
    """
    found = [name for name, words in _CATEGORIES.items() if words.search(question)]
    if len(found) == 2 and "direction" in found:
        found.remove("direction")
    return found[0] if len(found) == 1 else None


def _flaws(
    asked: str | None, others: list[str], task: Task | None, named: list[Task]
) -> Iterator[Flaw]:
    if asked is not None and (strange := [other for other in others if other != asked]):
        yield Flaw("question", f"the question is about {asked}s, the reasoning's own {strange[0]}s")
    if task is not None and named and task not in named:
        yield Flaw("task", f"the task is `{task}`, the reasoning says `{named[0]}`")


CATEGORY = Rule(
    name="category",
    checks="reasoning that poses questions or names its task stays with what was asked",
    needs="reasoning that says what it is about",
    kinds={
        "question": Kind("warning", "reasons about another category than its question's"),
        "task": Kind("warning", "reasons about another task than its own"),
    },
    watch=each(_check),
)
