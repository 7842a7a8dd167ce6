"""How much longer right answers are than their longest distractors, summed up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, median

from pipeline.benchmark.candidates import Candidate


@dataclass(frozen=True)
class Lengths:
    """Of the gaps, in characters."""

    questions: int
    mean: float
    median: float
    longer: int
    """Questions whose answer is longer than all distractors."""
    equal: int
    shorter: int
    """Questions with a distractor that is longer than the answer."""
    right_by_length: float
    """Share that whoever picks the longest option gets right, drawing lots between equals; by
    chance it is 0.25."""
    gaps: Mapping[str, int]
    """How often each gap occurs, in ascending order."""


def lengths(candidates: Iterable[Candidate]) -> Lengths:
    """What the gaps of questions come to; there is at least one."""
    those = list(candidates)
    counts = Counter(one.gap for one in those)
    return Lengths(
        questions=counts.total(),
        mean=round(fmean(counts.elements()), 3),
        median=median(counts.elements()),
        longer=sum(n for gap, n in counts.items() if gap > 0),
        equal=counts[0],
        shorter=sum(n for gap, n in counts.items() if gap < 0),
        right_by_length=round(fmean(one.by_length for one in those), 4),
        gaps={str(gap): counts[gap] for gap in sorted(counts)},
    )
