"""Reviewing route questions: the answer's words are read back and laid beside the route."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.models.program.routes.agreement import disagreement
from pipeline.models.program.routes.kinds import category_of
from pipeline.models.program.routes.sequences import keys
from pipeline.models.program.verdicts import Finding, factual
from pipeline.models.program.wordings import Wordings
from pipeline.models.replies import Criterion, DraftJudgement, VerdictReply
from pipeline.models.writer import Request
from pipeline.records import RoutePath
from pipeline.tasks import Task

_PATH: Final = TypeAdapter(RoutePath)


def write(request: Request) -> VerdictReply:
    """A judgement on every criterion."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    path, task = _PATH.validate_python(inputs["route"]), Task(inputs["task"])
    findings: dict[Criterion, Finding] = {
        Criterion.CONSISTENT_WITH_FRAMES: _consistent(inputs["answer"], path, task),
        Criterion.NEEDS_SEVERAL_FRAMES: _several(inputs["cited"]),
        Criterion.NOT_SUBJECTIVE: factual(f"{inputs['question']} {inputs['answer']}"),
        Criterion.NARRATIVE_CONTINUITY: _continuous(inputs),
        Criterion.UNIQUE_ANSWER: _unique(path, task),
    }
    return VerdictReply(
        judgements=tuple(
            DraftJudgement(
                criterion=criterion,
                passed=passed,
                reason=wordings.say(criterion, kind, inputs["answer"], **slots),
            )
            for criterion, (passed, kind, slots) in findings.items()
        )
    )


def _consistent(answer: str, path: RoutePath, task: Task) -> Finding:
    if message := disagreement(answer, path, task):
        return False, "other", {"message": message}
    return True, "met", {"steps": len(path.steps)}


def _several(cited: list[str]) -> Finding:
    count = len(set(cited))
    return (True, "met", {"frames": count}) if count > 1 else (False, "one_frame", {})


def _continuous(inputs: Mapping[str, Any]) -> Finding:
    order = [frame["frame"] for frame in inputs["frames"]]
    cited = inputs["cited"]
    inside = [name for name in order if name in cited]
    return (True, "met", {}) if inside == list(cited) else (False, "disorder", {})


def _unique(path: RoutePath, task: Task) -> Finding:
    sequence = keys(path, task)
    twice = sorted({key for key in sequence if sequence.count(key) > 1})
    if twice and category_of(task) in ("landmark_change", "action_change"):
        return False, "twice", {"name": twice[0]}
    return True, "met", {}
