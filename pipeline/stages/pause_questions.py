"""Questions at a pause: what happened up to here, or what to do next.

Pause-and-Think (AMD, IROS 2026) asks of a paused video either for facts of its past or for a plan,
about the scene or about the goal of the one who acts, and answers that person in one or two
sentences. It publishes no prompt; the wording is ours. The table is that of every recipe.
"""

from functools import partial

from pipeline.engine.stage import Stage, Unit, by_column
from pipeline.llm.session import Session
from pipeline.models.pause_replies import PauseQuestionsReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Identity, Recipe
from pipeline.records import Question, QuestionScope
from pipeline.stages.grouping import groups
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
    inputs = {"per_group": identity.questions.per_group, "perspective": identity.perspective}
    frames = unit.one(GroupFrames).frames
    reply = yield Ask(prompt, inputs, PauseQuestionsReply, frames)
    return _parse(identity.questions.per_group, unit, reply)


def _parse(most: int, unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, PauseQuestionsReply)
    group = unit.one(GroupFrames)
    order = [frame.frame for frame in group.frames]
    found: dict[str, tuple[Question, QuestionScope]] = {}
    for draft in reply.data.questions[:most]:
        name = content_id(group.id, draft.task, draft.question, draft.answer)
        question = Question(
            id=name,
            video=group.video,
            group=group.id,
            task=draft.task,
            question=draft.question,
            answer=draft.answer,
            frames=tuple(sorted(set(draft.frames), key=order.index)),
            provenance=reply.provenance,
        )
        found[name] = question, QuestionScope(id=name, video=group.video, scope=draft.scope)
    if not found:
        return Rejected(
            "no_supported_question",
            f"the writer found no question to ask after the {len(order)} frames that are shown",
        )
    return Kept([row for rows in found.values() for row in rows])


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """What is shown up to a question point in, questions out."""
    identity = recipe.identity
    settings = identity.questions
    prompt = prompt_of("questions", identity.writer, settings.prompt, identity.recipe)
    script = partial(_script, identity, prompt)
    return Stage(
        name="questions",
        version=1,
        primary=groups(identity, GroupFrames),
        split=by_column("id"),
        lookups=pictures_for(identity.writer, GroupFrames),
        writes=(Question, QuestionScope),
        identity={
            **writer_identity(identity.writer, prompt),
            "questions": settings.model_dump(mode="json", exclude={"prompt", "tasks"}),
            "perspective": identity.perspective,
        },
        worker=partial(asking_worker, "questions", "writer", identity.writer, script, session),
        resources=writer_resources(recipe, "writer"),
        pack_units=PACK_UNITS,
    )
