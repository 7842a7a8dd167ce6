"""One question with all that the workspace holds about it, gathered from the stages' tables."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.calls import ModelCall, calls_behind
from pipeline.engine.browse import UnitOutcome, read_ids, read_outcome, read_table
from pipeline.engine.workspace import Workspace
from pipeline.errors import UnknownUnitError
from pipeline.publish.reading import read_rejection
from pipeline.records import (
    Bbox,
    Box,
    Evidence,
    Frame,
    Group,
    Interval,
    Options,
    Provenance,
    Question,
    Record,
    Rejection,
    Sample,
    Unboxed,
    Verdict,
    Video,
)

R = TypeVar("R", bound=Record)

SHOWN_IDS = 3
"""Existing ids that an error names, so that one can be copied."""
QUESTION_UNITS = ("verdicts", "evidence", "grounding", "options")
"""Stages whose units carry a question's id."""


@dataclass(frozen=True)
class Inspection:
    """A question and what became of it; None and empty where no stage has come that far."""

    question: Question
    video: Video | None
    group: Group | None
    core_frames: tuple[Frame, ...]
    """Those that the evidence rests on, or the question where there is no evidence, in order."""
    verdict: Verdict | None
    evidence: Evidence | None
    boxes: tuple[Box, ...]
    unboxed: tuple[Unboxed, ...]
    intervals: tuple[Interval, ...]
    options: Options | None
    sample: Sample | None
    rejection: Rejection | None
    """Of selection, or of publish, which takes out a sample that repeats one of the test split."""
    outcomes: tuple[UnitOutcome, ...]
    """Of this question's units, where they are not kept."""
    calls: tuple[ModelCall, ...]
    """To language models, stage by stage, failed ones too; none where a program wrote."""

    @property
    def answer(self) -> str:
        """The answer that counts: the writer's, or a human's correction."""
        return self.verdict.answer if self.verdict else self.question.answer

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """Of each row that a writer made, in the order of the stages."""
        rows = (self.question, self.verdict, self.evidence, self.options)
        return tuple(row.provenance for row in rows if row is not None)


@dataclass(frozen=True)
class VideoQuestions:
    """All questions that were written about one video."""

    video: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class GroupQuestions:
    """What became of one group: its questions, or why it has none."""

    group: Group
    questions: tuple[Question, ...]
    outcome: UnitOutcome | None
    calls: tuple[ModelCall, ...]


@dataclass(frozen=True)
class NamedBox:
    """A box as it is drawn on one frame."""

    item: str
    score: float
    bbox: Bbox
    verified: bool


def find(
    workspace: Workspace, dataset: Path, name: str
) -> Inspection | VideoQuestions | GroupQuestions:
    """What this id means: a question, a group or a video; a unique start is enough.

    Args:
        dataset: the folder that the workspace publishes to, which need not be there yet.

    Raises:
        UnknownUnitError: nothing has this id, or several begin with it.
    """
    questions = read_ids(workspace, "questions", Question, name)
    videos = read_ids(workspace, "videos", Video, name)
    groups = read_ids(workspace, "core_frames", Group, name)
    exact = [found for found in (*questions, *videos, *groups) if found == name]
    several = exact or [*questions, *videos, *groups]
    if len(several) != 1 or not name:
        raise UnknownUnitError(_not_one(workspace, name, several))
    if several[0] in questions:
        return _gather(workspace, dataset, several[0])
    if several[0] in groups:
        return _group(workspace, several[0])
    written = read_table(workspace, "questions", Question, {"video": several[0]})
    return VideoQuestions(several[0], tuple(written))


def boxes_on(inspection: Inspection, frame: str) -> list[NamedBox]:
    """The boxes of one core frame, by item."""
    here = [box for box in inspection.boxes if box.frame == frame]
    return [
        NamedBox(box.item, box.score, box.bbox, box.verified)
        for box in sorted(here, key=lambda box: box.item)
    ]


def _group(workspace: Workspace, group_id: str) -> GroupQuestions:
    group = _one(workspace, "core_frames", Group, group_id)
    assert group is not None, f"group {group_id} was listed a moment ago"
    return GroupQuestions(
        group=group,
        questions=tuple(read_table(workspace, "questions", Question, {"group": group_id})),
        outcome=read_outcome(workspace, "questions", group_id),
        calls=tuple(calls_behind(workspace.store, [("questions", group_id)])),
    )


def _gather(workspace: Workspace, dataset: Path, question_id: str) -> Inspection:
    question = _one(workspace, "questions", Question, question_id)
    assert question is not None, f"question {question_id} was listed a moment ago"
    evidence = _one(workspace, "evidence", Evidence, question_id)
    core = evidence.core_frames if evidence else question.frames
    frames = read_table(workspace, "frames", Frame, {"id": core})
    boxes = read_table(workspace, "grounding", Box, {"question": question_id})
    unboxed = read_table(workspace, "grounding", Unboxed, {"question": question_id})
    intervals = read_table(workspace, "grounding", Interval, {"question": question_id})
    outcomes = [read_outcome(workspace, stage, question_id) for stage in QUESTION_UNITS]
    verdict = _one(workspace, "verdicts", Verdict, question_id)
    options = _one(workspace, "options", Options, question_id)
    written = [row.provenance for row in (question, verdict, evidence, options) if row]
    units = [("questions", question.group)]
    units += [(stage, question_id) for stage in ("verdicts", "evidence", "options")]
    keys = [key for provenance in written for key in provenance.requests]
    return Inspection(
        question=question,
        video=_one(workspace, "videos", Video, question.video),
        group=_one(workspace, "core_frames", Group, question.group),
        core_frames=tuple(sorted(frames, key=lambda frame: frame.frame_index)),
        verdict=verdict,
        evidence=evidence,
        boxes=tuple(sorted(boxes, key=lambda box: (box.frame_index, box.item, -box.score))),
        unboxed=tuple(sorted(unboxed, key=lambda item: item.id)),
        intervals=tuple(sorted(intervals, key=lambda i: int(i.id.rpartition("#")[2]))),
        options=options,
        sample=_one(workspace, "selection", Sample, question_id),
        rejection=_one(workspace, "selection", Rejection, question_id)
        or _repeat(dataset, question_id),
        outcomes=tuple(o for o in outcomes if o is not None and o.status != "kept"),
        calls=tuple(calls_behind(workspace.store, units, keys)),
    )


def _repeat(dataset: Path, question_id: str) -> Rejection | None:
    published = read_rejection(dataset, question_id)
    return None if published is None else Rejection(**asdict(published))


def _one(workspace: Workspace, stage: str, record: type[R], row_id: str) -> R | None:
    rows = read_table(workspace, stage, record, {"id": row_id})
    return rows[0] if rows else None


def _not_one(workspace: Workspace, name: str, several: Sequence[str]) -> str:
    if several and name:
        some = ", ".join(several[:SHOWN_IDS])
        return f"{len(several)} ids begin with {name!r} ({some} ...): give more of it"
    known = read_ids(workspace, "questions", Question)
    if not known:
        return (
            f"{workspace.root} has no question yet: `demitasse status {workspace.root}` shows "
            "how far it is"
        )
    return (
        f"no question or video of {workspace.root} has the id {name!r}; there are, for instance, "
        f"{', '.join(known[:SHOWN_IDS])}"
    )
