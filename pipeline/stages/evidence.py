"""Evidence: the reasoning from core frames to the answer, with key items to be boxed.

VideoEspresso (Han et al., 2024, section 3.3, figure 9) lets a model pick the captions that
matter, name the key objects in them, and write a sentence that uses these. Here each sentence
says which frames it speaks of, and each key item on which frame it must be found. Pause-and-Think
reasons in steps: the paused moment, what came before, what follows.
"""

from collections.abc import Collection
from functools import partial

from pipeline.engine.stage import Lookup, Stage, Table, Unit
from pipeline.llm.session import Session
from pipeline.models.pause_replies import PauseEvidenceReply
from pipeline.models.replies import EvidenceReply, mismatch
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import Identity, Recipe
from pipeline.records import (
    Claim,
    Evidence,
    KeyItem,
    Mention,
    Question,
    Record,
    Rejection,
    Verdict,
    record,
)
from pipeline.stages.grouping import groups
from pipeline.stages.passed import passed_only
from pipeline.stages.route_view import (
    frames_to_cite,
    opposite_input,
    opposite_lookup,
    route_input,
    route_lookup,
    unthought,
)
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


@record
class PassedVerdict(Record):
    """A verdict, of which only those that passed become units."""

    id: str
    video: str
    passed: bool
    answer: str


@record
class AskedQuestion(Record):
    """The question to be answered with reasons."""

    id: str
    group: str
    task: Task
    question: str
    frames: tuple[str, ...]


def _script(identity: Identity, prompt: Prompt, unit: Unit) -> Script:
    question = unit.one(AskedQuestion)
    inputs = {
        "question": question.question,
        "answer": unit.one(PassedVerdict).answer,
        "task": question.task.value,
        "cited": list(question.frames),
        "max_core_frames": frames_to_cite(unit, identity.evidence.max_core_frames),
        **route_input(unit),
        **opposite_input(unit, question.task),
    }
    schema = PauseEvidenceReply if identity.recipe == "pause_and_think" else EvidenceReply
    reply = yield Ask(prompt, inputs, schema, unit.one(GroupFrames).frames)
    return _parse(identity, unit, reply)


def flaw(
    reply: EvidenceReply, group: Collection[str], most: int, *, needs_items: bool = True
) -> str | None:
    """What makes a reply no evidence, in one sentence; None where nothing does."""
    if not reply.claims and not needs_items:
        return "the writer wrote no claim that bears the answer out"
    if not reply.key_items and needs_items:
        return "the writer named no object on the question's frames that bears the answer out"
    used = _used(reply)
    if not used <= set(group):
        return f"the evidence cites {', '.join(sorted(used - set(group)))}, outside the group"
    if len(used) > most:
        return f"the evidence cites {len(used)} frames, {most} are allowed"
    return mismatch(reply)


def _used(reply: EvidenceReply) -> set[str]:
    cited = {frame for claim in reply.claims for frame in claim.frames}
    return cited | {item.frame for item in reply.key_items}


def _parse(identity: Identity, unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, EvidenceReply)
    verdict, question = unit.one(PassedVerdict), unit.one(AskedQuestion)
    times = {f.frame: f.pts_seconds for f in unit.one(GroupFrames).frames}
    # A way may lead past nothing that a detector knows: its turns are evidence enough.
    of_objects = identity.recipe != "ego_st"
    message = flaw(
        reply.data,
        times,
        frames_to_cite(unit, identity.evidence.max_core_frames),
        needs_items=of_objects,
    ) or unthought(unit, question.task, verdict.answer, [claim.text for claim in reply.data.claims])
    if message is not None:
        rejection = Rejection(
            id=verdict.id,
            video=verdict.video,
            task=question.task,
            question=question.question,
            answer=verdict.answer,
            stage="evidence",
            reason="no_evidence",
            message=message,
        )
        return Rejected("no_evidence", message, rows=[rejection])
    items = tuple(
        KeyItem(
            item=draft.item,
            phrase=draft.phrase,
            frame=draft.frame,
            mention=f"{draft.frame}#{draft.phrase}",
            near=draft.near,
        )
        for draft in reply.data.key_items
    )
    mentions = {
        item.mention: Mention(
            id=item.mention, video=verdict.video, frame=item.frame, phrase=item.phrase
        )
        for item in items
    }
    evidence = Evidence(
        id=verdict.id,
        video=verdict.video,
        text=" ".join(claim.text for claim in reply.data.claims),
        core_frames=tuple(sorted(_used(reply.data), key=lambda f: (times[f], f))),
        key_items=items,
        claims=tuple(Claim(text=c.text, frames=c.frames) for c in reply.data.claims),
        mentions=tuple(sorted(mentions)),
        provenance=reply.provenance,
    )
    return Kept([evidence, *mentions.values()])


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Passed question in; evidence, and the mentions that detectors will look for, out."""
    identity = recipe.identity
    prompt = prompt_of("evidence", identity.writer, identity.evidence.prompt, identity.recipe)
    script = partial(_script, identity, prompt)
    return Stage(
        name="evidence",
        version=3,
        primary=Table("verdicts", Verdict, PassedVerdict),
        split=passed_only(),
        lookups=(
            Lookup(Table("questions", Question, AskedQuestion), "id", PassedVerdict, "id"),
            Lookup(groups(identity, GroupFrames), "id", AskedQuestion, "group"),
            *route_lookup(identity, AskedQuestion, "group"),
            *opposite_lookup(identity, AskedQuestion),
            *pictures_for(identity.writer, GroupFrames),
        ),
        writes=(Evidence, Mention, Rejection),
        identity={
            **writer_identity(identity.writer, prompt),
            "evidence": identity.evidence.model_dump(mode="json", exclude={"prompt"}),
        },
        worker=partial(asking_worker, "evidence", "writer", identity.writer, script, session),
        resources=writer_resources(recipe, "writer"),
        pack_units=PACK_UNITS,
    )
