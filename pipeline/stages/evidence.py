"""Evidence: the reasoning from core frames to the answer, with key items to be boxed.

VideoEspresso (Han et al., 2024, section 3.3, figure 9) lets a model pick the captions that
matter, name the key objects in them, and write a sentence that uses these. Here each sentence
says which frames it speaks of, and each key item on which frame it must be found.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit
from pipeline.models.replies import DraftClaim, DraftKeyItem, EvidenceReply
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import Identity, Recipe
from pipeline.records import (
    Claim,
    Evidence,
    Group,
    KeyItem,
    Mention,
    Question,
    Record,
    Rejection,
    Verdict,
    record,
)
from pipeline.stages.passed import passed_only
from pipeline.stages.writing import AskingWorker, GroupFrames, frames_json, writer_identity
from pipeline.tasks import Task

_REFERENCE: Final = re.compile(r"<obj>(.*?)</obj>")
_TAG: Final = re.compile(r"</?obj>")


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


def _inputs(identity: Identity, unit: Unit) -> Mapping[str, Any]:
    question = unit.one(AskedQuestion)
    return {
        "question": question.question,
        "answer": unit.one(PassedVerdict).answer,
        "cited": list(question.frames),
        "frames": frames_json(unit.one(GroupFrames).frames),
        "max_core_frames": identity.evidence.max_core_frames,
    }


def flaw(reply: EvidenceReply, group: Collection[str], most: int) -> str | None:
    """What makes a reply no evidence, in one sentence; None where nothing does."""
    names = [item.item for item in reply.key_items]
    named = {name for claim in reply.claims for name in _REFERENCE.findall(claim.text)}
    used = _used(reply)
    if not names:
        return "the writer named no object on the question's frames that bears the answer out"
    if len(set(names)) < len(names):
        return "the evidence gives two key items one name"
    if named != set(names):
        wrong = ", ".join(sorted(named ^ set(names)))
        return f"the evidence's text and its key items differ in {wrong}"
    if any(_TAG.search(_REFERENCE.sub("", claim.text)) for claim in reply.claims):
        return "the evidence has an <obj> without its </obj>, or the other way round"
    if not used <= set(group):
        return f"the evidence cites {', '.join(sorted(used - set(group)))}, outside the group"
    if len(used) > most:
        return f"the evidence cites {len(used)} frames, {most} are allowed"
    unclaimed = [item.item for item in reply.key_items if not _claimed(item, reply.claims)]
    if unclaimed:
        return f"no claim that names {', '.join(unclaimed)} cites the frame to find it on"
    return None


def _claimed(item: DraftKeyItem, claims: Sequence[DraftClaim]) -> bool:
    """Whether a claim that names the item cites its frame, so that box and time agree."""
    return any(item.frame in c.frames and item.item in _REFERENCE.findall(c.text) for c in claims)


def _used(reply: EvidenceReply) -> set[str]:
    cited = {frame for claim in reply.claims for frame in claim.frames}
    return cited | {item.frame for item in reply.key_items}


def _parse(identity: Identity, unit: Unit, reply: Reply) -> Outcome:
    assert isinstance(reply.data, EvidenceReply)
    verdict, question = unit.one(PassedVerdict), unit.one(AskedQuestion)
    times = {f.frame: f.pts_seconds for f in unit.one(GroupFrames).frames}
    message = flaw(reply.data, times, identity.evidence.max_core_frames)
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
        return Rejected("no_evidence", message, rows=[rejection], usage=reply.usage)
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
    return Kept([evidence, *mentions.values()], usage=reply.usage)


def _worker(identity: Identity, blobs: Blobs) -> AskingWorker:
    return AskingWorker(
        stage="evidence",
        settings=identity.writer,
        prompt_name=identity.evidence.prompt,
        schema=EvidenceReply,
        inputs=partial(_inputs, identity),
        parse=partial(_parse, identity),
    )


def stage(recipe: Recipe) -> Stage:
    """Passed question in; evidence, and the mentions that detectors will look for, out."""
    identity = recipe.identity
    return Stage(
        name="evidence",
        version=2,
        primary=Table("verdicts", Verdict, PassedVerdict),
        split=passed_only(),
        lookups=(
            Lookup(Table("questions", Question, AskedQuestion), "id", PassedVerdict, "id"),
            Lookup(Table("core_frames", Group, GroupFrames), "id", AskedQuestion, "group"),
        ),
        writes=(Evidence, Mention, Rejection),
        identity={
            **writer_identity(identity.writer, identity.evidence.prompt),
            "evidence": identity.evidence.model_dump(mode="json", exclude={"prompt"}),
        },
        worker=partial(_worker, identity),
    )
