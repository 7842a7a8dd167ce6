"""Writing route questions: the plan in words, and the way described step by step."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.models.coco import one
from pipeline.models.program.routes.kinds import has_choices, is_reverse
from pipeline.models.program.routes.sequences import MIRRORED
from pipeline.models.program.wordings import Wordings, seconds
from pipeline.models.replies import DraftRouteQuestion, RouteQuestionsReply
from pipeline.models.writer import Request
from pipeline.records import RoutePath, RouteStep
from pipeline.tasks import Task

_PATH: Final = TypeAdapter(RoutePath)


def write(request: Request) -> RouteQuestionsReply:
    """One question for every plan."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    path = _PATH.validate_python(inputs["route"])
    view = "my view" if inputs["perspective"] == "first_person" else "the video"
    return RouteQuestionsReply(
        questions=tuple(_draft(plan, path, view, wordings) for plan in inputs["plans"])
    )


def _draft(plan: Any, path: RoutePath, view: str, wordings: Wordings) -> DraftRouteQuestion:
    task = Task(plan["task"])
    start, end = seconds(plan["start_seconds"]), seconds(plan["end_seconds"])
    seed = start + end + path.steps[0].frame
    question = wordings.say(task.value, "questions", seed, view=view, start=start, end=end)
    answer = plan["answer"] if has_choices(task) else _described(path, task, wordings)
    return DraftRouteQuestion(task=task, question=question, answer=answer)


def _described(path: RoutePath, task: Task, wordings: Wordings) -> str:
    back = is_reverse(task)
    steps: Iterable[RouteStep] = reversed(path.steps) if back else path.steps
    told = [_step(step, wordings, back=back) for step in steps]
    text = "; ".join(told)
    return f"{text[:1].upper()}{text[1:]}."


def _step(step: RouteStep, wordings: Wordings, *, back: bool) -> str:
    way = MIRRORED.get(step.way, step.way) if back else step.way
    first, last = step.start_seconds, step.end_seconds
    return wordings.say(
        way,
        "steps",
        step.frame,
        start=f"{last if back else first:.1f}",
        end=seconds(first if back else last),
        middle=seconds((first + last) / 2),
        landmark=one(step.landmark) if step.landmark else "",
    )
