"""A workspace as a source: all questions, decided or not, and the units that came to nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from blake3 import blake3

from pipeline.engine.browse import (
    UnitOutcome,
    read_ids,
    read_problems,
    scan_table,
)
from pipeline.engine.status import StageStatus, status
from pipeline.engine.workspace import Workspace
from pipeline.inspection import QUESTION_UNITS, Inspection, gather
from pipeline.overrides import BOX_OVERRIDES, OVERRIDES, read_box_overrides, read_overrides
from pipeline.publish.reading import rejections
from pipeline.publish.split import split_of
from pipeline.recipe import Recipe
from pipeline.records import (
    BoxOverride,
    CoreFrame,
    Frame,
    Override,
    Question,
    Record,
    Rejection,
    Sample,
    record,
)
from pipeline.report.glance import Glance, gaps_of
from pipeline.report.items import Outcome, Shown
from pipeline.report.questions import question_item
from pipeline.report.source import Heading
from pipeline.report.units import frames_of, unit_glance, unit_item
from pipeline.report.wording import INCOMPLETE
from pipeline.store import BlobStore
from pipeline.tasks import Task

_AT_ONCE = 64
"""Questions gathered together: a read of each table for so many."""


@record
class SampleGlance(Record):
    """What the totals need of a sample."""

    id: str
    split_group: str
    task: Task
    core_frames: tuple[CoreFrame, ...]


@record
class RejectionGlance(Record):
    """And of a question that is none."""

    id: str
    task: Task
    stage: str
    reason: str


@record
class QuestionGlance(Record):
    """And of a question that is neither yet."""

    id: str
    task: Task


@dataclass(frozen=True)
class WorkspaceSource:
    """Reads the workspace as its last run left it; takes no lock."""

    workspace: Workspace
    recipe: Recipe
    names: Sequence[str]
    """Of the recipe's stages, in their order."""
    dataset: str
    """The folder inside it that it publishes to."""

    @property
    def heading(self) -> Heading:
        root = self.workspace.root
        key = blake3(str(root.resolve()).encode()).hexdigest(8)
        return Heading(self.recipe.name, "workspace", str(root), key)

    def stages(self) -> Sequence[StageStatus]:
        return status(self.workspace, self.names, 0)

    def overrides(self) -> Sequence[Override]:
        return read_overrides(self.workspace.root / OVERRIDES)

    def box_overrides(self) -> Sequence[BoxOverride]:
        return read_box_overrides(self.workspace.root / BOX_OVERRIDES)

    def glances(self) -> Iterator[Glance]:
        yield from self._questions()
        for stage in self.names:
            if stage not in QUESTION_UNITS:
                for outcome in read_problems(self.workspace, stage):
                    yield unit_glance(outcome)

    def _questions(self) -> Iterator[Glance]:
        # What selection said of a question that is gone since stands there until it runs again.
        left = set(read_ids(self.workspace, "questions", Question))
        repeats = {r.id: r for r in rejections(self.workspace.root / self.dataset)}
        repeats = {name: r for name, r in repeats.items() if r.stage == "publish"}
        test_fraction = self.recipe.identity.publish.test_fraction
        for sample in scan_table(self.workspace, "selection", Sample, SampleGlance):
            if sample.id not in left:
                continue
            left.remove(sample.id)
            repeat = repeats.get(sample.id)
            if repeat is not None:
                yield _rejected(sample.id, sample.task, repeat.stage, repeat.reason)
                continue
            gaps = gaps_of([frame.pts_seconds for frame in sample.core_frames])
            split = split_of(sample.split_group, test_fraction)
            yield Glance(sample.id, "sample", sample.task, split, gaps=gaps)
        for rejection in scan_table(self.workspace, "selection", Rejection, RejectionGlance):
            if rejection.id in left:
                left.remove(rejection.id)
                yield _rejected(rejection.id, rejection.task, rejection.stage, rejection.reason)
        for question in scan_table(self.workspace, "questions", Question, QuestionGlance):
            if question.id in left:
                yield Glance(question.id, "waiting", question.task)

    def shown(self, chosen: Sequence[Glance]) -> Iterator[Shown]:
        wanted = {glance.id for glance in chosen if not glance.task}
        problems = {
            unit_glance(outcome).id: outcome
            for stage in sorted({g.stage for g in chosen if not g.task})
            for outcome in read_problems(self.workspace, stage)
            if unit_glance(outcome).id in wanted
        }
        for start in range(0, len(chosen), _AT_ONCE):
            some = chosen[start : start + _AT_ONCE]
            ids = [glance.id for glance in some if glance.task]
            folder = self.workspace.root / self.dataset
            found = {i.question.id: i for i in gather(self.workspace, folder, ids, calls=False)}
            for glance in some:
                # A run may have done away with either since they were seen at a glance.
                if glance.id in found:
                    yield self._question(found[glance.id], glance)
                elif glance.id in problems:
                    yield self._unit(problems[glance.id])

    def _question(self, found: Inspection, glance: Glance) -> Shown:
        return question_item(found, glance), self._jpegs(found.core_frames)

    def _unit(self, outcome: UnitOutcome) -> Shown:
        frames = frames_of(self.workspace, outcome)
        return unit_item(outcome, frames), self._jpegs([frame for frame, _ in frames])

    def _jpegs(self, frames: Iterable[Frame]) -> dict[str, bytes]:
        blobs = BlobStore(self.workspace.store)
        return {f.sha256: blobs.read(f.blob, f.offset, f.length) for f in frames}


def _rejected(name: str, task: Task, stage: str, reason: str) -> Glance:
    outcome: Outcome = "failed" if reason == INCOMPLETE else "rejected"
    return Glance(name, outcome, task, stage=stage, reason=reason)
