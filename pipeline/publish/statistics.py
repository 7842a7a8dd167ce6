"""What the card says about the data, counted while the rows are written."""

from collections import Counter
from dataclasses import dataclass, field, replace

from pipeline.publish.published import RejectionRow, SampleRow
from pipeline.publish.split import SplitName
from pipeline.records import Provenance
from pipeline.tasks import Task

SPLITS: tuple[SplitName, ...] = ("train", "test")
UNKNOWN = "unknown"
"""The licence of a video for which nobody stated one."""


@dataclass
class Statistics:
    """Counts over the published rows; grows with videos and kinds, not with samples."""

    tasks: Counter[tuple[Task, SplitName]] = field(default_factory=Counter)
    videos: dict[SplitName, set[str]] = field(default_factory=lambda: {s: set() for s in SPLITS})
    licences: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Samples by source and licence."""
    provenance: Counter[Provenance] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    """Samples by who gave the answer: `model`, `derived` or `human`."""
    core_frames: int = 0
    boxes: int = 0
    unverified: int = 0
    without_clip: int = 0
    uncertain: int = 0
    """Boxes that are one of several that a key item may be."""
    unboxed: Counter[str] = field(default_factory=Counter)
    """Key items without a box, by the reason."""
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Questions by the stage and the reason that turned them down."""
    first: SampleRow | None = None
    """The row that the card shows."""

    def add(self, row: SampleRow) -> None:
        """Count a published sample."""
        self.first = self.first or row
        self.tasks[row.task, row.split] += 1
        self.videos[row.split].add(row.video)
        self.licences[row.source, row.licence] += 1
        # What one row was asked is its own; a dataset has as many of these as samples.
        self.provenance.update({replace(p, requests=(), finish_reason="") for p in row.provenance})
        self.answers[answer_source(row)] += 1
        self.core_frames += len(row.core_frames)
        self.boxes += len(row.boxes)
        self.unverified += sum(not box.verified for box in row.boxes)
        self.uncertain += sum(not box.certain for box in row.boxes)
        self.unboxed.update(item.reason for item in row.unboxed)
        self.without_clip += sum(box.clip_similarity is None for box in row.boxes)

    def reject(self, row: RejectionRow) -> None:
        """Count a published rejection."""
        self.rejections[row.stage, row.reason] += 1

    @property
    def samples(self) -> int:
        return self.tasks.total()

    def in_split(self, split: SplitName) -> int:
        """Samples of a split."""
        return sum(n for (_, where), n in self.tasks.items() if where == split)

    @property
    def unlicensed(self) -> int:
        """Samples whose video's licence nobody stated."""
        return sum(n for (_, licence), n in self.licences.items() if licence == UNKNOWN)


def answer_source(row: SampleRow) -> str:
    """Who gave a sample's answer: `model`, `derived` or `human`.

    A human's correction replaces the writer's answer; no other stage writes one.
    """
    sources = {p.stage: p.answer_source for p in row.provenance}
    if sources.get("verdicts") == "human":
        return "human"
    return sources.get("questions", "model")
