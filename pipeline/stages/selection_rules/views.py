"""What selection reads of each table, and what belongs to one question of it."""

from dataclasses import dataclass

from pipeline.records import (
    Box,
    Difficulty,
    GroupFrame,
    Interval,
    Judgement,
    KeyItem,
    Pair,
    Provenance,
    Record,
    Unboxed,
    record,
)
from pipeline.stages.selection_rules.finding import Text
from pipeline.tasks import Task


@record
class Contents(Record):
    """The video; the questions are looked up by it."""

    id: str
    start_seconds: float
    duration_seconds: float
    fps_num: int
    fps_den: int


@record
class Asked(Record):
    """A question."""

    id: str
    group: str
    task: Task
    question: str
    answer: str
    frames: tuple[str, ...]
    provenance: Provenance


@record
class Judged(Record):
    """Its review, and the answer that counts."""

    id: str
    passed: bool
    answer: str
    judgements: tuple[Judgement, ...]
    overridden: bool
    provenance: Provenance


@record
class Reasoned(Record):
    """Its evidence."""

    id: str
    text: str
    core_frames: tuple[str, ...]
    key_items: tuple[KeyItem, ...]
    provenance: Provenance


@record
class RejectedByEvidence(Record):
    """Why the evidence stage could not use a question."""

    id: str
    stage: str
    reason: str
    message: str


@record
class RejectedByGrounding(Record):
    """Why the grounding stage could not use a question."""

    id: str
    stage: str
    reason: str
    message: str


@record
class RejectedByRollouts(Record):
    """Why rollouts dropped a question."""

    id: str
    stage: str
    reason: str
    message: str


@record
class Choices(Record):
    """Its multiple-choice form."""

    id: str
    options: tuple[str, ...]
    letter: str
    provenance: Provenance


@record
class WrittenFrom(Record):
    """The group that a question was written from."""

    id: str
    frames: tuple[GroupFrame, ...]


@record
class CoreJpeg(Record):
    """Where a core frame's picture lies."""

    id: str
    frame_index: int
    pts_seconds: float
    width: int
    height: int
    sha256: str
    blob: str
    offset: int
    length: int


@record
class Holds(Record):
    """An input file that holds the video."""

    id: str
    video: str


@record
class File(Record):
    """What the list of videos says of an input file."""

    id: str
    path: str
    licence: str | None
    source: str | None
    split_group: str | None
    metadata: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question with everything that upstream stages say of it."""

    asked: Asked
    group: WrittenFrom
    judged: Judged | None
    reasoned: Reasoned | None
    rejected: RejectedByEvidence | RejectedByGrounding | RejectedByRollouts | None
    choices: Choices | None
    boxes: tuple[Box, ...]
    unboxed: tuple[Unboxed, ...]
    intervals: tuple[Interval, ...]
    rolled_out: bool = False
    """The recipe asks a policy how hard questions are."""
    difficulty: Difficulty | None = None
    """What the policy made of it; none where it was not asked, or failed."""

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def answer(self) -> str:
        """The answer that counts: a human's, the judge's copy, or still the writer's."""
        return self.judged.answer if self.judged else self.asked.answer

    @property
    def kept_by_human(self) -> bool:
        return self.judged is not None and self.judged.overridden and self.judged.passed

    @property
    def text(self) -> Text:
        return Text(self.asked.question, self.answer, self.reasoned.text if self.reasoned else "")
