"""`grades_<input>_<protocol>` of the protocols in which a language model judges.

The judge is given the question, the reference and the answer without its reasoning; where it sees,
the frames of the evaluation's first input too, whatever the model was shown.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from pydantic import BaseModel

from pipeline import prompts
from pipeline.engine.stage import Lookup, Stage, Table, Unit
from pipeline.evaluation.answers.parsed import Unparsed
from pipeline.evaluation.answers.stated import stated
from pipeline.evaluation.judging import (
    AssistiveScores,
    AssistiveVerdict,
    RouteScores,
    SubjectiveScores,
)
from pipeline.harness.rows import Given, Graded, Shown
from pipeline.harness.stages.asking import FramesGiven, TimedFrame, group_frames
from pipeline.harness.stages.grades import graded, reads
from pipeline.llm.session import Session
from pipeline.models.loading import model_identity
from pipeline.models.writer import Reply
from pipeline.outcome import Kept
from pipeline.prompts import Prompt
from pipeline.recipe import EndpointWriterSettings
from pipeline.recipe.evaluation import EvaluationSettings, ProtocolName
from pipeline.records import Record, record
from pipeline.stages.model_resources import resources_of
from pipeline.stages.writing import PACK_UNITS, Ask, FrameJpeg, Script, asking_worker

Scores = dict[str, float]


@record
class JudgedReply(Record):
    """What the model said."""

    id: str
    text: str


@record
class Reference(Record):
    """What was asked, and a right answer."""

    id: str
    task: str
    question: str
    answer: str
    route: tuple[str, ...]


def _subjective(data: BaseModel) -> Scores:
    assert isinstance(data, SubjectiveScores)
    return {name: float(getattr(data, name)) for name in SubjectiveScores.model_fields}


def _valid(data: BaseModel) -> Scores:
    assert isinstance(data, AssistiveVerdict)
    return {"valid": data.score}


def _parts(data: BaseModel) -> Scores:
    assert isinstance(data, AssistiveScores)
    parts = {"action": data.action, "location": data.location, "property": data.object_property}
    return {"weighted": data.score, **{name: float(value) for name, value in parts.items()}}


def _route(data: BaseModel) -> Scores:
    assert isinstance(data, RouteScores)
    parts = {name: float(getattr(data, name)) for name in RouteScores.model_fields}
    return {"mean": data.score, **parts}


Question = tuple[str, type[BaseModel], Callable[[BaseModel], Scores]]
"""A prompt, what it must be answered with, and the scores that the answer has."""

ASKED: Final[dict[ProtocolName, tuple[Question, ...]]] = {
    "subjective": (("evaluation/judge_subjective", SubjectiveScores, _subjective),),
    "pause-and-think": (
        ("evaluation/judge_parts", AssistiveScores, _parts),
        ("evaluation/judge_valid", AssistiveVerdict, _valid),
    ),
    "route": (("evaluation/judge_route", RouteScores, _route),),
}


def judge_prompts(protocol: ProtocolName) -> list[Prompt]:
    """What the judge of a protocol is asked with; nothing where there is no judge."""
    return [prompts.load(name) for name, _, _ in ASKED.get(protocol, ())]


def _script(protocol: ProtocolName, asked: tuple[Prompt, ...], unit: Unit) -> Script:
    key, reply = unit.one(Reference), unit.one(JudgedReply)
    said = stated(reply.text)
    if isinstance(said, Unparsed):
        # There is nothing to judge, so nobody is asked.
        return Kept([graded(key.id, {}, unparsed=said.reason, message=said.message)])
    frames = group_frames(unit) if FramesGiven in unit.rows and unit.all(FramesGiven) else ()
    values = {
        "question": key.question,
        "reference": key.answer,
        "answer": "\n".join(said.texts),
        "task": key.task,
        "steps": list(key.route),
    }
    scores: Scores = {}
    replies: list[Reply] = []
    for prompt, (_, schema, read) in zip(asked, ASKED[protocol], strict=True):
        inputs = {name: values[name] for name in prompt.inputs if name in values}
        judged = yield Ask(prompt, inputs, schema, frames)
        scores |= read(judged.data)
        replies.append(judged)
    return Kept([_grade(key.id, scores, replies)])


def _grade(item: str, scores: Scores, replies: list[Reply]) -> Graded:
    made = [reply.provenance for reply in replies]
    reasons = [getattr(reply.data, "reason", "") for reply in replies]
    return replace(
        graded(item, scores, message=" ".join(filter(None, reasons))),
        judge=made[-1].model,
        requests=tuple(key for p in made for key in p.requests),
    )


def stage(
    settings: EvaluationSettings, label: str, protocol: ProtocolName, session: Session | None
) -> Stage:
    """What is said in, what the judge thinks of it out."""
    judge = settings.identity.judge
    assert judge is not None, "the settings refuse a judged protocol without a judge"
    asked = tuple(judge_prompts(protocol))
    tables = reads(label, protocol, JudgedReply, Reference)
    tables["lookups"] += _seen(judge, settings.identity.inputs[0].label)
    name = f"grades_{label}_{protocol}"
    facts: dict[str, Any] = {
        "judge": model_identity(judge),
        "prompts": {prompt.id: prompt.sha256 for prompt in asked},
    }
    return Stage(
        name=name,
        version=1,
        **tables,
        identity=facts,
        worker=partial(
            asking_worker, name, "judge", judge, partial(_script, protocol, asked), session
        ),
        resources=resources_of(judge, settings.runtime.judge, PACK_UNITS),
        pack_units=PACK_UNITS,
    )


def _seen(judge: EndpointWriterSettings, label: str) -> tuple[Lookup, ...]:
    """The frames, for a judge that sees."""
    if judge.sees == "captions":
        return ()
    shown = f"frames_{label}"
    return (
        Lookup(Table(shown, Given, FramesGiven), "id", JudgedReply, "id"),
        *(
            Lookup(Table(shown, Shown, view), "id", FramesGiven, "frames")
            for view in (TimedFrame, FrameJpeg)
        ),
    )
