"""Questions about routes: what a route supports, in a writer's words.

Ego-ST Bench (Wu et al., 2025) has four categories, each forward and in reverse. The true order is
the route's own; a writer words question and answer, and an answer that is another order than the
route's is not taken.
"""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from pipeline.engine.stage import Lookup, Stage, Table, Unit, by_column
from pipeline.llm.session import Session
from pipeline.models.program.routes.agreement import disagreement
from pipeline.models.program.routes.kinds import has_choices, opposite
from pipeline.models.program.routes.plans import Plan, plans
from pipeline.models.replies import RouteQuestionsReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Identity, Recipe
from pipeline.records import Question, Route
from pipeline.stages.grouping import groups
from pipeline.stages.route_view import Travelled, route_input
from pipeline.stages.writing import (
    PACK_UNITS,
    Ask,
    GroupFrames,
    Script,
    asking_worker,
    content_id,
    pictures_for,
    prompt_of,
    writer_identity,
    writer_resources,
)


def _script(identity: Identity, prompt: Prompt, unit: Unit) -> Script:
    path = unit.one(Travelled).path
    planned = plans(path, identity.routes.tasks, identity.questions.per_group, unit.id)
    if not planned:
        return Rejected(
            "no_supported_question",
            f"the {len(path.steps)} steps of this route, {len(path.landmarks)} landmarks and "
            f"{len(path.actions)} actions make no order that a question could ask for",
        )
    inputs = {
        "plans": [_plain(plan) for plan in planned],
        "perspective": identity.perspective,
        **route_input(unit),
    }
    reply = yield Ask(prompt, inputs, RouteQuestionsReply, unit.one(GroupFrames).frames)
    return _parse(unit, planned, reply)


def _plain(plan: Plan) -> dict[str, Any]:
    told = asdict(plan)
    told.pop("entries")
    return {**told, "task": plan.task.value, "choices": has_choices(plan.task)}


def _parse(unit: Unit, planned: Sequence[Plan], reply: Reply) -> Outcome:
    assert isinstance(reply.data, RouteQuestionsReply)
    group, path = unit.one(GroupFrames), unit.one(Travelled).path
    drafts = {draft.task: draft for draft in reply.data.questions}
    differing = [
        message
        for plan in planned
        if plan.task in drafts
        and (message := disagreement(drafts[plan.task].answer, path, plan.task))
    ]
    right = {
        plan.task
        for plan in planned
        if plan.task in drafts and not disagreement(drafts[plan.task].answer, path, plan.task)
    }
    order = [frame.frame for frame in group.frames]
    questions = [
        Question(
            id=content_id(group.id, plan.task, drafts[plan.task].question, answer),
            video=group.video,
            group=group.id,
            task=plan.task,
            question=drafts[plan.task].question.strip(),
            answer=answer,
            frames=tuple(sorted(plan.frames, key=order.index)),
            provenance=reply.provenance,
        )
        for plan in planned
        # Without its opposite a question cannot be thought in reverse.
        if plan.task in right and opposite(plan.task) in right
        for answer in [_answer(plan, drafts[plan.task].answer)]
    ]
    if not questions:
        why = differing[0] if differing else "it left out one of each pair"
        return Rejected("no_supported_question", f"the writer worded no pair of questions: {why}")
    return Kept(questions)


def _answer(plan: Plan, worded: str) -> str:
    """Options all have the plan's form, so the true one does as well."""
    return plan.answer if has_choices(plan.task) else worded.strip()


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Route in, questions out, each with its opposite."""
    identity = recipe.identity
    prompt = prompt_of("questions", identity.writer, identity.questions.prompt, identity.recipe)
    script = partial(_script, identity, prompt)
    return Stage(
        name="questions",
        version=1,
        primary=groups(identity, GroupFrames),
        split=by_column("id"),
        lookups=(
            Lookup(Table("routes", Route, Travelled), "id", GroupFrames, "id"),
            *pictures_for(identity.writer, GroupFrames),
        ),
        writes=(Question,),
        identity={
            **writer_identity(identity.writer, prompt),
            "per_group": identity.questions.per_group,
            "tasks": [task.value for task in identity.routes.tasks],
            "perspective": identity.perspective,
        },
        worker=partial(asking_worker, "questions", "writer", identity.writer, script, session),
        resources=writer_resources(recipe, "writer"),
        pack_units=PACK_UNITS,
    )
