"""Verdicts: a second writer judges every question, criterion by criterion, with reasons.

VideoEspresso (Han et al., 2024, figure 8) filters with another model family and asks it to name
each violated criterion. A human's override in the workspace outranks the judge.
"""

from dataclasses import replace
from functools import partial
from typing import Literal

from pipeline import prompts
from pipeline.engine.stage import RECIPE, Lookup, Stage, Table, Unit, by_column
from pipeline.llm.session import Session
from pipeline.models.pause_replies import PauseVerdictReply
from pipeline.models.replies import BlindReply, BlindVerdictReply, VerdictReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome
from pipeline.prompts import Prompt
from pipeline.recipe import Recipe
from pipeline.records import (
    Judgement,
    Override,
    Provenance,
    Question,
    Record,
    Verdict,
    record,
)
from pipeline.stages.grouping import groups
from pipeline.stages.route_view import route_input, route_lookup
from pipeline.stages.writing import (
    PACK_UNITS,
    Ask,
    GroupFrames,
    Script,
    asking_worker,
    pictures_for,
    prompt_of,
    writer_identity,
    writer_resources,
)
from pipeline.tasks import Task

BLIND = "not_answerable_blind"
"""The criterion that the blind pass adds."""

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


def _script(
    prompt: Prompt, blind: Prompt | None, reviewed: type[VerdictReply], unit: Unit
) -> Script:
    question, group = unit.one(AskedQuestion), unit.maybe(GroupFrames)
    inputs = {
        "question": question.question,
        "answer": question.answer,
        "task": question.task.value,
        "cited": list(question.frames),
        "blind_answer": None,
        **route_input(unit),
    }
    frames = group.frames if group else ()
    if blind is None:
        reply = yield Ask(prompt, inputs, reviewed, frames)
        return _parse(unit, reply, None)
    guess = yield Ask(blind, {"question": question.question}, BlindReply, blind=True)
    assert isinstance(guess.data, BlindReply)
    inputs["blind_answer"] = guess.data.answer
    reply = yield Ask(prompt, inputs, BlindVerdictReply, frames)
    return _parse(unit, reply, guess.provenance)


def _parse(unit: Unit, reply: Reply, guess: Provenance | None) -> Outcome:
    assert isinstance(reply.data, VerdictReply)
    question = unit.one(AskedQuestion)
    judgements = tuple(
        Judgement(criterion=j.criterion.value, passed=j.passed, reason=j.reason)
        for j in reply.data.judgements
    )
    if isinstance(reply.data, BlindVerdictReply):
        found = reply.data.blind
        judgements += (Judgement(criterion=BLIND, passed=not found.same, reason=found.reason),)
    provenance = reply.provenance if guess is None else _both(guess, reply.provenance)
    verdict = Verdict(
        id=question.id,
        video=question.video,
        passed=all(j.passed for j in judgements),
        answer=question.answer,
        judgements=judgements,
        overridden=False,
        provenance=provenance,
    )
    decision = unit.maybe(HumanDecision)
    return Kept([_overridden(verdict, decision) if decision else verdict])


def _both(guess: Provenance, verdict: Provenance) -> Provenance:
    """The verdict's provenance, with what the guess before it took."""

    def total(first: int | None, second: int | None) -> int | None:
        return None if first is None or second is None else first + second

    return replace(
        verdict,
        requests=(*guess.requests, *verdict.requests),
        tokens_in=total(guess.tokens_in, verdict.tokens_in),
        tokens_out=total(guess.tokens_out, verdict.tokens_out),
    )


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


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Question in, verdict out; never a rejection: `selection` decides with the verdict."""
    identity = recipe.identity
    settings = identity.verdicts
    prompt = prompt_of("verdicts", identity.judge, settings.prompt, identity.recipe)
    blind = prompts.load(settings.blind_prompt) if settings.blind else None
    reviewed = PauseVerdictReply if identity.recipe == "pause_and_think" else VerdictReply
    script = partial(_script, prompt, blind, reviewed)
    return Stage(
        name="verdicts",
        version=3,
        primary=Table("questions", Question, AskedQuestion),
        split=by_column("id"),
        lookups=(
            Lookup(groups(identity, GroupFrames), "id", AskedQuestion, "group"),
            Lookup(Table(RECIPE, Override, HumanDecision), "id", AskedQuestion, "id"),
            *route_lookup(identity, AskedQuestion, "group"),
            *pictures_for(identity.judge, GroupFrames),
        ),
        writes=(Verdict,),
        identity=writer_identity(identity.judge, prompt, *([blind] if blind else [])),
        worker=partial(asking_worker, "verdicts", "judge", identity.judge, script, session),
        resources=writer_resources(recipe, "judge"),
        pack_units=PACK_UNITS,
    )
