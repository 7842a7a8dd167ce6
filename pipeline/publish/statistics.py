"""What the card says about the data, counted while the rows are written."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from pipeline.publish.answer_tokens import AnswerTokens
from pipeline.publish.distribution import Distribution
from pipeline.publish.licences import UNKNOWN
from pipeline.publish.pass_rates import PassRates
from pipeline.publish.published import RejectionRow, SampleRow
from pipeline.publish.split import SplitName
from pipeline.publish.terms import TermCounter, words
from pipeline.records import Provenance
from pipeline.tasks import Task, listed

SPLITS: Final[tuple[SplitName, ...]] = ("train", "test")
LETTERS: Final = ("A", "B", "C", "D")
TEXTS: Final = ("question", "answer", "evidence")
"""Columns of which lengths are told."""
SECONDS: Final = 0.1
"""What times are rounded to before they are counted."""

PERSONS: Final = frozenset(
    {
        *("person", "people", "human", "man", "men", "woman", "women", "boy", "girl", "child"),
        *("children", "baby", "adult", "face"),
    }
)
"""Labels of key items that are persons, as detectors and writers name them."""

_TAG: Final = re.compile(r"</?obj>")
_NUMBER: Final = re.compile(r"[_ ]?\d+$")


def _lengths() -> dict[str, Distribution]:
    return {column: Distribution() for column in TEXTS}


@dataclass
class Statistics:
    """Counts over the published rows; grows with videos and kinds, not with samples.

    The one exception is `tokens`, which has 21 bytes for each answer of an endpoint.
    """

    language: str = "en"
    """Of the texts: which words say nothing of what they are about."""
    tasks: Counter[tuple[Task, SplitName]] = field(default_factory=Counter)
    videos: dict[SplitName, dict[str, float]] = field(
        default_factory=lambda: {s: {} for s in SPLITS}
    )
    """Seconds of every video that a sample is of."""
    licences: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Samples by source and licence."""
    provenance: Counter[Provenance] = field(default_factory=Counter)
    tokens: AnswerTokens = field(default_factory=AnswerTokens)
    answers: Counter[str] = field(default_factory=Counter)
    """Samples by who gave the answer: `model`, `derived` or `human`."""
    gaps: dict[Task, Distribution] = field(default_factory=dict)
    """Seconds from a core frame to the next."""
    frames: Distribution = field(default_factory=Distribution)
    """Core frames of a sample."""
    items: Distribution = field(default_factory=Distribution)
    """Key items of a sample."""
    word_lengths: dict[str, Distribution] = field(default_factory=_lengths)
    """By column, separated by white space."""
    char_lengths: dict[str, Distribution] = field(default_factory=_lengths)
    """By column."""
    terms: TermCounter = field(default_factory=TermCounter)
    """Words of questions and answers."""
    labels: TermCounter = field(default_factory=TermCounter)
    """Key items without their number: `person` for `person_1`."""
    persons: int = 0
    """Samples with a key item that is a person."""
    covered: Counter[int] = field(default_factory=Counter)
    """Core frames, with every sample that uses one, by the areas covered on them."""
    letters: Counter[str] = field(default_factory=Counter)
    """Samples with options, by the answer's letter."""
    lead: Distribution = field(default_factory=Distribution)
    """Characters that the answer has more than the longest distractor."""
    lead_words: Distribution = field(default_factory=Distribution)
    longest: Counter[int] = field(default_factory=Counter)
    """Samples with options, by how many options are as long as the longest, if the answer is one
    of those; under 0 if it is not."""
    boxes: int = 0
    unverified: int = 0
    without_clip: int = 0
    uncertain: int = 0
    """Boxes that are one of several that a key item may be."""
    intervals: int = 0
    unboxed: Counter[str] = field(default_factory=Counter)
    """Key items without a box, by the reason."""
    pass_rates: PassRates = field(default_factory=PassRates)
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Questions by the stage and the reason that turned them down."""
    first: SampleRow | None = None
    """The row that the card shows."""

    def add(self, row: SampleRow) -> None:
        """Count a published sample."""
        self.first = self.first or row
        self.tasks[row.task, row.split] += 1
        self.videos[row.split][row.video] = row.video_seconds
        self.licences[row.source, row.licence] += 1
        self.answers[answer_source(row)] += 1
        self._writers(row)
        self._grounding(row)
        self._texts(row)
        if row.options:
            self._options(row)
        if row.difficulty is not None:
            self.pass_rates.add(row.difficulty)

    def reject(self, row: RejectionRow) -> None:
        """Count a published rejection."""
        self.rejections[row.stage, row.reason] += 1

    def _writers(self, row: SampleRow) -> None:
        # What one row was asked is its own; a dataset has as many of these as samples.
        self.provenance.update(
            {
                replace(p, requests=(), finish_reason="", tokens_in=0, tokens_out=0)
                for p in row.provenance
            }
        )
        for provenance in row.provenance:
            self.tokens.add(provenance)

    def _grounding(self, row: SampleRow) -> None:
        gaps = self.gaps.setdefault(row.task, Distribution(SECONDS))
        for before, after in pairwise(row.core_frames):
            gaps.add(after.pts_seconds - before.pts_seconds)
        self.frames.add(len(row.core_frames))
        self.covered.update(len(frame.blurred) for frame in row.core_frames)
        self.items.add(len(row.key_items))
        labels = [_label(item) for item in row.key_items]
        self.labels.add(labels)
        self.persons += not PERSONS.isdisjoint(labels)
        self.boxes += len(row.boxes)
        self.unverified += sum(not box.verified for box in row.boxes)
        self.uncertain += sum(not box.certain for box in row.boxes)
        self.without_clip += sum(box.clip_similarity is None for box in row.boxes)
        self.unboxed.update(item.reason for item in row.unboxed)
        self.intervals += len(row.intervals)

    def _texts(self, row: SampleRow) -> None:
        texts = {"question": row.question, "answer": row.answer, "evidence": _untagged(row)}
        for column, text in texts.items():
            self.word_lengths[column].add(len(text.split()))
            self.char_lengths[column].add(len(text))
        for text in (row.question, row.answer):
            self.terms.add(words(text, self.language))

    def _options(self, row: SampleRow) -> None:
        assert row.letter is not None, "options have a letter"
        self.letters[row.letter] += 1
        place = LETTERS.index(row.letter)
        answer, others = row.options[place], [o for i, o in enumerate(row.options) if i != place]
        self.lead.add(len(answer) - max(map(len, others)))
        self.lead_words.add(len(answer.split()) - max(len(o.split()) for o in others))
        longest = max(map(len, row.options))
        tied = sum(len(option) == longest for option in row.options)
        self.longest[tied if len(answer) == longest else 0] += 1

    @property
    def samples(self) -> int:
        return self.tasks.total()

    @property
    def listed(self) -> tuple[Task, ...]:
        """The tasks that tables and plots list."""
        return listed(task for task, _ in self.tasks)

    def in_split(self, split: SplitName) -> int:
        """Samples of a split."""
        return sum(n for (_, where), n in self.tasks.items() if where == split)

    def of_task(self, task: Task) -> int:
        """Samples of a task."""
        return sum(self.tasks[task, split] for split in SPLITS)

    @property
    def sources(self) -> list[tuple[str, int]]:
        """Samples by source, most first."""
        found: Counter[str] = Counter()
        for (source, _), n in self.licences.items():
            found[source] += n
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))

    @property
    def core_frames(self) -> int:
        return sum(n * times for n, times in self.frames.counts.items())

    @property
    def video_seconds(self) -> Iterator[float]:
        """Of every video, in the order of their ids."""
        seconds = {video: s for videos in self.videos.values() for video, s in videos.items()}
        return (seconds[video] for video in sorted(seconds))

    @property
    def right_by_length(self) -> float:
        """The share of answers that whoever picks the longest option gets right, ties drawn."""
        hits = sum(n / tied for tied, n in sorted(self.longest.items()) if tied)
        return hits / self.longest.total()

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


def _untagged(row: SampleRow) -> str:
    return _TAG.sub("", row.evidence)


def _label(item: str) -> str:
    return _NUMBER.sub("", item).replace("_", " ").casefold()
