"""Verdicts: a second writer judges every question, criterion by criterion, with reasons.

VideoEspresso (Han et al., 2024, figure 8) filters with another model family and asks it to name
each violated criterion. A human's override in the workspace outranks the judge.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from pipeline.engine.stage import RECIPE, Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.models.replies import VerdictReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import Identity, Recipe
from pipeline.records import (
    Group,
    Judgement,
    Override,
    Provenance,
    Question,
    Record,
    Verdict,
    record,
)
from pipeline.stages.writing import AskingWorker, GroupFrames, frames_json, writer_identity
from pipeline.tasks import Task

OVERRIDE = "override"
"""The criterion under which a human's decision stands among the judgements."""


@record
class AskedQuestion(Record):
    """The question under review."""

    id: str
    video: str
    group: str
    task: Task
    question: str
    answer: str
    frames: tuple[str, ...]


@record
class HumanDecision(Record):
    """What a human said of this question."""

    id: str
    action: Literal["keep", "reject"]
    reason: str | None
    answer: str | None


def _inputs(unit: Unit) -> Mapping[str, Any]:
    question, group = unit.one(AskedQuestion), unit.maybe(GroupFrames)
    return {
        "question": question.question,
        "answer": question.answer,
        "cited": list(question.frames),
        "frames": frames_json(group.frames if group else ()),
    }


def _parse(unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, VerdictReply)
    question = unit.one(AskedQuestion)
    judgements = tuple(
        Judgement(criterion=j.criterion.value, passed=j.passed, reason=j.reason)
        for j in reply.data.judgements
    )
    verdict = Verdict(
        id=question.id,
        video=question.video,
        passed=all(j.passed for j in judgements),
        answer=question.answer,
        judgements=judgements,
        overridden=False,
        provenance=reply.provenance,
    )
    decision = unit.maybe(HumanDecision)
    return Kept([_overridden(verdict, decision) if decision else verdict], usage=reply.usage)


def _overridden(verdict: Verdict, decision: HumanDecision) -> Verdict:
    keep = decision.action == "keep"
    reason = decision.reason or ("kept by a human" if keep else "rejected by a human")
    judgement = Judgement(criterion=OVERRIDE, passed=keep, reason=reason)
    provenance: Provenance = verdict.provenance
    if decision.answer:
        provenance = replace(provenance, answer_source="human")
    return replace(
        verdict,
        passed=keep,
        answer=decision.answer or verdict.answer,
        judgements=(*verdict.judgements, judgement),
        overridden=True,
        provenance=provenance,
    )


def _worker(identity: Identity, blobs: Blobs) -> AskingWorker:
    return AskingWorker(
        stage="verdicts",
        settings=identity.judge,
        prompt_name=identity.verdicts.prompt,
        schema=VerdictReply,
        inputs=_inputs,
        parse=_parse,
    )


def stage(recipe: Recipe) -> Stage:
    """Question in, verdict out; never a rejection: `selection` decides with the verdict."""
    identity = recipe.identity
    return Stage(
        name="verdicts",
        version=2,
        primary=Table("questions", Question, AskedQuestion),
        split=by_column("id"),
        lookups=(
            Lookup(Table("core_frames", Group, GroupFrames), "id", AskedQuestion, "group"),
            Lookup(Table(RECIPE, Override, HumanDecision), "id", AskedQuestion, "id"),
        ),
        writes=(Verdict,),
        identity=writer_identity(identity.judge, identity.verdicts.prompt),
        worker=partial(_worker, identity),
    )
