"""Questions: what can be asked about a group that takes several of its frames to answer.

VideoEspresso (Han et al., 2024, section 3.2, figure 7) prompts a language model with a group's
captions. The writer is free to leave out tasks that the group does not support.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pipeline.engine.stage import Blobs, Stage, Table, Unit, by_column
from pipeline.models.replies import QuestionsReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import Identity, Recipe
from pipeline.records import Group, Question
from pipeline.stages.writing import (
    AskingWorker,
    GroupFrames,
    content_id,
    frames_json,
    writer_identity,
)


def _inputs(identity: Identity, unit: Unit) -> Mapping[str, Any]:
    return {
        "frames": frames_json(unit.one(GroupFrames).frames),
        "tasks": [task.value for task in identity.questions.tasks],
        "per_group": identity.questions.per_group,
        "perspective": identity.perspective,
    }


def _parse(unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, QuestionsReply)
    group = unit.one(GroupFrames)
    questions = {
        draft_id: Question(
            id=draft_id,
            video=group.video,
            group=group.id,
            task=draft.task,
            question=draft.question,
            answer=draft.answer,
            frames=draft.frames,
            provenance=reply.provenance,
        )
        for draft in reply.data.questions
        for draft_id in [content_id(group.id, draft.task, draft.question, draft.answer)]
    }
    if not questions:
        return Rejected(
            "no_supported_question",
            f"the writer found no question about the {len(group.frames)} frames of this group",
            usage=reply.usage,
        )
    return Kept(list(questions.values()), usage=reply.usage)


def _worker(identity: Identity, blobs: Blobs) -> AskingWorker:
    return AskingWorker(
        stage="questions",
        settings=identity.writer,
        prompt_name=identity.questions.prompt,
        schema=QuestionsReply,
        inputs=partial(_inputs, identity),
        parse=_parse,
    )


def stage(recipe: Recipe) -> Stage:
    """Group in, questions out."""
    identity = recipe.identity
    return Stage(
        name="questions",
        version=2,
        primary=Table("core_frames", Group, GroupFrames),
        split=by_column("id"),
        writes=(Question,),
        identity={
            **writer_identity(identity.writer, identity.questions.prompt),
            "questions": identity.questions.model_dump(mode="json", exclude={"prompt"}),
            "perspective": identity.perspective,
        },
        worker=partial(_worker, identity),
    )
