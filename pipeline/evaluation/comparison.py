"""Two runs on the same questions: is one better, or was it luck?

Each question is its own control, so only those that both runs answered count, and what matters is
where they differ. Unparsed answers count as wrong here; `Comparison` says how many there were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipeline.evaluation.averages import Score
from pipeline.evaluation.intervals import LEVEL, RESAMPLES, SEED, Difference, difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second run against the first."""

    questions: int
    """That both runs have."""
    only_first: int
    """Questions that the second run lacks, and the other way round; they do not count."""
    only_second: int
    difference: Difference | None
    """Of the averages, second minus first, with a bootstrap interval over videos where these can
    tell one; None where no question is in both."""
    better: int
    """Questions where the second run scores higher, and lower."""
    worse: int
    p_value: float | None
    """McNemar's exact test of `better` against `worse`; None where scores are not 0 or 1."""
    unparsed: tuple[int, int]
    """Of the questions that count, in each run."""


def compare(
    first: Sequence[Score],
    second: Sequence[Score],
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Comparison:
    """Compare two runs question by question.

    Raises:
        ValueError: a run has one question twice.
    """
    one, two = _by_id(first), _by_id(second)
    both = [id for id in one if id in two]
    pairs = [(_counted(one[id]), _counted(two[id])) for id in both]
    better, worse = sum(b > a for a, b in pairs), sum(b < a for a, b in pairs)
    binary = all(score in (0, 1) for pair in pairs for score in pair)
    return Comparison(
        questions=len(both),
        only_first=len(one) - len(both),
        only_second=len(two) - len(both),
        difference=difference(
            [b - a for a, b in pairs],
            [one[id].video for id in both],
            level=level,
            resamples=resamples,
            seed=seed,
        ),
        better=better,
        worse=worse,
        p_value=mcnemar(better, worse) if binary and both else None,
        unparsed=(sum(one[id].unparsed for id in both), sum(two[id].unparsed for id in both)),
    )


def mcnemar(better: int, worse: int) -> float:
    """The exact two-sided p-value of McNemar's test: a fair coin for each question that differs."""
    differing = better + worse
    tail = ways = 1
    for n in range(min(better, worse)):
        ways = ways * (differing - n) // (n + 1)
        tail += ways
    return min(1.0, float(Fraction(2 * tail, 2**differing)))


def _by_id(scores: Sequence[Score]) -> dict[str, Score]:
    found: dict[str, Score] = {}
    for score in scores:
        if score.id in found:
            raise ValueError(f"the run has question {score.id} twice")
        found[score.id] = score
    return found


def _counted(score: Score) -> float:
    return 0.0 if score.unparsed else score.score
