"""Rollouts: how a policy fares at each question, and which questions are worth training on.

VideoAuto-R1 samples 8 answers of a model to each question and drops those that all answers get
right or all get wrong: a group of equal rewards has no advantage to learn from. Its code for that
was never published; what upstream leaves open is a value of the recipe.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pipeline.engine.stage import Lookup, Stage, Table, Unit
from pipeline.llm.plain import PlainText
from pipeline.llm.session import Session
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Identity, PolicySettings, Recipe
from pipeline.records import (
    Difficulty,
    Evidence,
    GroupFrame,
    Interval,
    Options,
    ProblemType,
    Provenance,
    Question,
    Rejection,
    Rollout,
    Verdict,
)
from pipeline.stages.grouping import groups
from pipeline.stages.passed import passed_only
from pipeline.stages.rollout_rules.answers import graded
from pipeline.stages.rollout_rules.fare import Fare, fared, unfit
from pipeline.stages.rollout_rules.problem import NoProblem, Problem, problem_of
from pipeline.stages.rollout_rules.views import (
    AskedQuestion,
    Choices,
    ClaimTime,
    PassedVerdict,
    RestsOn,
)
from pipeline.stages.writing import (
    Ask,
    GroupFrames,
    Script,
    asking_worker,
    pictures_for,
    prompt_of,
    writer_identity,
    writer_resources,
)

STAGE = "rollouts"
PACK_UNITS = 2
"""Questions of a pack, each of which is asked several times at once."""


def _script(identity: Identity, kind: ProblemType, prompt: Prompt, unit: Unit) -> Script:
    settings = identity.rollouts
    asked, judged = unit.one(AskedQuestion), unit.one(PassedVerdict)
    choices = unit.maybe(Choices) if Choices in unit.rows else None
    problem = problem_of(kind, asked, judged, choices, unit.rows.get(ClaimTime, ()))
    if isinstance(problem, NoProblem):
        return _rejected(unit, problem.reason, problem.message)
    frames = _frames(unit)
    if not frames:
        return Rejected("no_evidence", "the question has no evidence that names its core frames")
    inputs = {
        "problem_type": kind,
        "question": problem.text,
        "options": list(problem.options),
        "seed": _seed(identity.policy, unit.id),
    }
    reply = yield Ask(prompt, inputs, PlainText, frames, samples=settings.samples)
    return _measured(identity, kind, unit, problem, frames, (reply, *reply.others))


def _frames(unit: Unit) -> Sequence[GroupFrame]:
    """What the policy is given, in time order."""
    group = unit.one(GroupFrames)
    if RestsOn not in unit.rows:
        return group.frames
    evidence = unit.maybe(RestsOn)
    core = set(evidence.core_frames) if evidence else set()
    return [frame for frame in group.frames if frame.frame in core]


def _seed(policy: PolicySettings, question: str) -> str:
    return f"{question} {policy.seed}"


def _measured(
    identity: Identity,
    kind: ProblemType,
    unit: Unit,
    problem: Problem,
    frames: Sequence[GroupFrame],
    replies: Sequence[Reply],
) -> Outcome:
    settings, judged = identity.rollouts, unit.one(PassedVerdict)
    rollouts = [
        graded(unit.id, judged.video, i, _text(reply), problem, settings.right_iou)
        for i, reply in enumerate(replies)
    ]
    fare = fared(rollouts, settings.unparsed)
    difficulty = _difficulty(
        unit, kind, problem, frames, fare, _together([reply.provenance for reply in replies])
    )
    finding = unfit(unit.id, fare, settings)
    if finding is None:
        return Kept([difficulty, *rollouts])
    return _rejected(unit, *finding, rows=[difficulty, *rollouts])


def _text(reply: Reply) -> PlainText:
    assert isinstance(reply.data, PlainText)
    return reply.data


def _difficulty(
    unit: Unit,
    kind: ProblemType,
    problem: Problem,
    frames: Sequence[GroupFrame],
    fare: Fare,
    provenance: Provenance,
) -> Difficulty:
    return Difficulty(
        id=unit.id,
        video=unit.one(PassedVerdict).video,
        problem_type=kind,
        problem=problem.text,
        solution=problem.solution,
        spans=problem.spans,
        samples=fare.samples,
        right=fare.right,
        unparsed=fare.unparsed,
        counted=fare.counted,
        pass_rate=fare.pass_rate,
        mean_reward=fare.mean_reward,
        frames=tuple(frame.frame for frame in frames),
        provenance=provenance,
    )


def _rejected(
    unit: Unit, reason: str, message: str, rows: Sequence[Difficulty | Rollout] = ()
) -> Rejected:
    asked, judged = unit.one(AskedQuestion), unit.one(PassedVerdict)
    rejection = Rejection(
        id=unit.id,
        video=judged.video,
        task=asked.task,
        question=asked.question,
        answer=judged.answer,
        stage=STAGE,
        reason=reason,
        message=message,
    )
    return Rejected(reason, message, rows=[rejection, *rows])


def _together(each: Sequence[Provenance]) -> Provenance:
    """One provenance for all answers: every request, and the tokens of all."""

    def total(counts: Sequence[int | None]) -> int | None:
        told = [count for count in counts if count is not None]
        return sum(told) if len(told) == len(counts) else None

    reasons = {p.finish_reason for p in each}
    return replace(
        each[0],
        requests=tuple(key for p in each for key in p.requests),
        finish_reason=reasons.pop() if len(reasons) == 1 else ", ".join(sorted(reasons)),
        tokens_in=total([p.tokens_in for p in each]),
        tokens_out=total([p.tokens_out for p in each]),
    )


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Passed question in; the policy's answers and what they say of the question out."""
    identity = recipe.identity
    settings, policy = identity.rollouts, identity.policy
    kind = settings.problem_type
    assert kind is not None, "a chain has rollouts where the recipe names a type of problem"
    prompt = prompt_of(STAGE, policy, settings.prompt)
    script = partial(_script, identity, kind, prompt)
    return Stage(
        name=STAGE,
        version=1,
        primary=Table("verdicts", Verdict, PassedVerdict),
        split=passed_only(),
        lookups=(
            Lookup(Table("questions", Question, AskedQuestion), "id", PassedVerdict, "id"),
            Lookup(groups(identity, GroupFrames), "id", AskedQuestion, "group"),
            *_lookups(kind, core=settings.frames == "core"),
            *pictures_for(policy, GroupFrames),
        ),
        writes=(Difficulty, Rollout, Rejection),
        identity={
            **writer_identity(policy, prompt),
            STAGE: settings.model_dump(mode="json", exclude={"prompt"}),
        },
        worker=partial(asking_worker, STAGE, "policy", policy, script, session),
        resources=writer_resources(recipe, "policy", PACK_UNITS * settings.samples),
        pack_units=PACK_UNITS,
    )


def _lookups(kind: ProblemType, *, core: bool) -> list[Lookup]:
    """What a type of problem needs of a question, and nothing else: no unit depends on more."""

    def of_question(table: Table[Any], key: str = "id") -> Lookup:
        return Lookup(table, key, PassedVerdict, "id")

    found = []
    if core:
        found.append(of_question(Table("evidence", Evidence, RestsOn)))
    if kind in ("exact_match", "gqa"):
        found.append(of_question(Table("options", Options, Choices)))
    if kind in ("iou", "gqa"):
        found.append(of_question(Table("grounding", Interval, ClaimTime), "question"))
    return found
