"""Questions: what can be asked about a group that takes several of its frames to answer.

VideoEspresso (Han et al., 2024, section 3.2, figure 7) prompts a language model with a group's
captions. The writer is free to leave out tasks that the group does not support.
"""

from functools import partial

from pipeline.engine.stage import Stage, Unit, by_column
from pipeline.llm.session import Session
from pipeline.models.replies import QuestionsReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Identity, Recipe
from pipeline.records import Question
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
    inputs = {
        "tasks": [task.value for task in identity.questions.tasks],
        "per_group": identity.questions.per_group,
        "perspective": identity.perspective,
    }
    reply = yield Ask(prompt, inputs, QuestionsReply, unit.one(GroupFrames).frames)
    return _parse(identity, unit, reply)


def _parse(identity: Identity, unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, QuestionsReply)
    group = unit.one(GroupFrames)
    order = [frame.frame for frame in group.frames]
    wanted = [draft for draft in reply.data.questions if draft.task in identity.questions.tasks]
    questions = {
        draft_id: Question(
            id=draft_id,
            video=group.video,
            group=group.id,
            task=draft.task,
            question=draft.question,
            answer=draft.answer,
            frames=tuple(sorted(set(draft.frames), key=order.index)),
            provenance=reply.provenance,
        )
        for draft in wanted[: identity.questions.per_group]
        for draft_id in [content_id(group.id, draft.task, draft.question, draft.answer)]
    }
    if not questions:
        return Rejected(
            "no_supported_question",
            f"the writer found no question about the {len(group.frames)} frames of this group",
        )
    return Kept(list(questions.values()))


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Group in, questions out."""
    identity = recipe.identity
    prompt = prompt_of("questions", identity.writer, identity.questions.prompt)
    script = partial(_script, identity, prompt)
    return Stage(
        name="questions",
        version=3,
        primary=groups(identity, GroupFrames),
        split=by_column("id"),
        lookups=pictures_for(identity.writer, GroupFrames),
        writes=(Question,),
        identity={
            **writer_identity(identity.writer, prompt),
            "questions": identity.questions.model_dump(mode="json", exclude={"prompt"}),
            "perspective": identity.perspective,
        },
        worker=partial(asking_worker, "questions", "writer", identity.writer, script, session),
        resources=writer_resources(recipe, "writer"),
        pack_units=PACK_UNITS,
    )
