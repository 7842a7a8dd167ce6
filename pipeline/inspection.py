"""Questions with all that the workspace holds about them, gathered from the stages' tables."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import TypeVar

from pipeline.calls import ModelCall, calls_behind
from pipeline.engine.browse import (
    UnitOutcome,
    read_ids,
    read_outcome,
    read_outcomes,
    read_table,
)
from pipeline.engine.workspace import Workspace
from pipeline.errors import UnknownUnitError
from pipeline.publish.reading import read_rejections
from pipeline.recipe import GROUPING
from pipeline.records import (
    Bbox,
    Box,
    Difficulty,
    Evidence,
    Frame,
    Group,
    Interval,
    Options,
    Provenance,
    Question,
    Record,
    Rejection,
    Rollout,
    Sample,
    Unboxed,
    Verdict,
    Video,
)
from pipeline.storage.place import Place

R = TypeVar("R", bound=Record)

SHOWN_IDS = 3
"""Existing ids that an error names, so that one can be copied."""
_GROUPINGS = tuple(GROUPING.values())
_ID = attrgetter("id")
QUESTION_UNITS = ("verdicts", "evidence", "grounding", "options", "rollouts")
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
    difficulty: Difficulty | None = None
    """How a policy fared at it, whether or not that dropped it."""
    rollouts: tuple[Rollout, ...] = ()
    """The policy's answers, in the order of their replicates."""

    @property
    def answer(self) -> str:
        """The answer that counts: the writer's, or a human's correction."""
        return self.verdict.answer if self.verdict else self.question.answer

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """Of each row that a writer made, in the order of the stages."""
        rows = (self.question, self.verdict, self.evidence, self.options, self.difficulty)
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
    workspace: Workspace, dataset: Place, name: str
) -> Inspection | VideoQuestions | GroupQuestions:
    """What this id means: a question, a group or a video; a unique start is enough.

    Args:
        dataset: the folder that the workspace publishes to, which need not be there yet.

    Raises:
        UnknownUnitError: nothing has this id, or several begin with it.
    """
    questions = read_ids(workspace, "questions", Question, name)
    videos = read_ids(workspace, "videos", Video, name)
    groups = [g for stage in _GROUPINGS for g in read_ids(workspace, stage, Group, name)]
    exact = [found for found in (*questions, *videos, *groups) if found == name]
    several = exact or [*questions, *videos, *groups]
    if len(several) != 1 or not name:
        raise UnknownUnitError(_not_one(workspace, name, several))
    if several[0] in questions:
        return gather(workspace, dataset, several, calls=True)[0]
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
    (group,) = _groups(workspace, [group_id]).values()
    return GroupQuestions(
        group=group,
        questions=tuple(read_table(workspace, "questions", Question, {"group": group_id})),
        outcome=read_outcome(workspace, "questions", group_id),
        calls=tuple(calls_behind(workspace.store, [("questions", group_id)])),
    )


def gather(
    workspace: Workspace, dataset: Place, ids: Sequence[str], *, calls: bool
) -> list[Inspection]:
    """All that is known of these questions, in their order; each table is read once.

    Args:
        ids: of questions; one that a run has just done away with is left out.
        calls: whether to look for the calls to models too, question by question.
    """

    def by_id(stage: str, record: type[R]) -> dict[str, R]:
        return _rows(workspace, stage, record, ids)

    questions = by_id("questions", Question)
    evidence = by_id("evidence", Evidence)
    core = {name: _core(question, evidence.get(name)) for name, question in questions.items()}
    of_questions = {"question": ids}
    boxes = _by_question(read_table(workspace, "grounding", Box, of_questions))
    unboxed = _by_question(read_table(workspace, "grounding", Unboxed, of_questions))
    intervals = _by_question(read_table(workspace, "grounding", Interval, of_questions))
    wanted = sorted({frame for frames in core.values() for frame in frames})
    frames = {f.id: f for f in read_table(workspace, "frames", Frame, {"id": wanted})}
    videos = _rows(workspace, "videos", Video, (q.video for q in questions.values()))
    groups = _groups(workspace, (q.group for q in questions.values()))
    verdicts, options = by_id("verdicts", Verdict), by_id("options", Options)
    difficulties = by_id("rollouts", Difficulty)
    rollouts = _by_question(read_table(workspace, "rollouts", Rollout, of_questions))
    samples, rejections = by_id("selection", Sample), by_id("selection", Rejection)
    repeats = read_rejections(dataset, [name for name in ids if name not in rejections])
    outcomes: dict[str, list[UnitOutcome]] = {}
    for stage in QUESTION_UNITS:
        for outcome in read_outcomes(workspace, stage, ids):
            if outcome.status != "kept":
                outcomes.setdefault(outcome.unit, []).append(outcome)
    found = []
    for name in filter(questions.__contains__, ids):
        question = questions[name]
        written = (
            question,
            *(rows.get(name) for rows in (verdicts, evidence, options, difficulties)),
        )
        repeat = repeats.get(name)
        of_core = [frames[frame] for frame in core[name] if frame in frames]
        found.append(
            Inspection(
                question=question,
                video=videos.get(question.video),
                group=groups.get(question.group),
                core_frames=tuple(sorted(of_core, key=lambda frame: frame.frame_index)),
                verdict=verdicts.get(name),
                evidence=evidence.get(name),
                boxes=tuple(
                    sorted(boxes.get(name, ()), key=lambda b: (b.frame_index, b.item, -b.score))
                ),
                unboxed=tuple(sorted(unboxed.get(name, ()), key=lambda item: item.id)),
                intervals=tuple(
                    sorted(intervals.get(name, ()), key=lambda i: int(i.id.rpartition("#")[2]))
                ),
                options=options.get(name),
                sample=samples.get(name),
                rejection=rejections.get(name) or (Rejection(**asdict(repeat)) if repeat else None),
                outcomes=tuple(outcomes.get(name, ())),
                calls=_calls(workspace, question, written) if calls else (),
                difficulty=difficulties.get(name),
                rollouts=tuple(sorted(rollouts.get(name, ()), key=lambda row: row.replicate)),
            )
        )
    return found


Grounded = TypeVar("Grounded", Box, Unboxed, Interval, Rollout)


def _by_question(rows: Iterable[Grounded]) -> dict[str, list[Grounded]]:
    found: dict[str, list[Grounded]] = {}
    for row in rows:
        found.setdefault(row.question, []).append(row)
    return found


def _rows(workspace: Workspace, stage: str, record: type[R], ids: Iterable[str]) -> dict[str, R]:
    rows = read_table(workspace, stage, record, {"id": sorted(set(ids))})
    return {_ID(row): row for row in rows}


def _groups(workspace: Workspace, ids: Iterable[str]) -> dict[str, Group]:
    """Groups by id, whichever stage of the workspace's recipe wrote them."""
    wanted = sorted(set(ids))
    return {
        group.id: group
        for stage in _GROUPINGS
        for group in read_table(workspace, stage, Group, {"id": wanted})
    }


def _core(question: Question, evidence: Evidence | None) -> tuple[str, ...]:
    return evidence.core_frames if evidence else question.frames


def _calls(
    workspace: Workspace,
    question: Question,
    written: Iterable[Question | Verdict | Evidence | Options | Difficulty | None],
) -> tuple[ModelCall, ...]:
    units = [("questions", question.group)]
    units += [(stage, question.id) for stage in ("verdicts", "evidence", "options", "rollouts")]
    keys = [key for row in written if row for key in row.provenance.requests]
    return tuple(calls_behind(workspace.store, units, keys))


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
