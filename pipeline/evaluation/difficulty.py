"""Which questions are worth training on, by how often a model already gets them right.

VideoAuto-R1 draws 8 replies a question and drops those that all are right or all are wrong: a
group of equal rewards has no gradient. Time-R1 keeps those with p > 0, where p is the IoU of one
reply of the base model, and samples them with a weight that is highest at p = 0.3: neither hopeless
nor known.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from blake3 import blake3

ROLLOUTS: Final = 8
"""Replies a question (VideoAuto-R1)."""
MEAN: Final = 0.3
SD: Final = 0.2
"""Of the Gaussian over p (Time-R1)."""

Verdict = Literal["kept", "all_right", "all_wrong", "none"]
"""`none`: no reply could be graded."""


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How hard a question is for one policy."""

    replies: int
    right: int
    mean_score: float
    """Of the replies, in shares of the highest score, 0 to 1."""

    @property
    def pass_rate(self) -> float:
        """Share of the replies that are right, 0 to 1; 0 without replies."""
        return self.right / self.replies if self.replies else 0.0

    @property
    def verdict(self) -> Verdict:
        """What the filter makes of it."""
        if not self.replies:
            return "none"
        if self.right in (0, self.replies):
            return "all_right" if self.right else "all_wrong"
        return "kept"


def difficulty(
    scores: Sequence[float], rights: Sequence[bool], *, maximum: float = 1.0
) -> Difficulty:
    """The difficulty of a question from its graded replies.

    Args:
        scores: of each reply, 0 to `maximum`.
        rights: whether each counts as right (`graders.grade.right`), which for a score that is
            not 0 or 1 needs a bar of the recipe's.

    Raises:
        ValueError: there are not as many of one as of the other.
    """
    if len(scores) != len(rights):
        raise ValueError(f"{len(scores)} scores and {len(rights)} verdicts are not of one question")
    mean = sum(scores) / len(scores) / maximum if scores else 0.0
    return Difficulty(len(scores), sum(rights), mean)


def gaussian_weight(p: float, *, mean: float = MEAN, sd: float = SD) -> float:
    """How likely a question with this p is drawn, relative to one at the mean; 0 for p = 0."""
    return math.exp(-((p - mean) ** 2) / (2 * sd**2)) if p > 0 else 0.0


def gaussian_sample(
    questions: Iterable[tuple[str, float]],
    size: int,
    *,
    mean: float = MEAN,
    sd: float = SD,
    seed: str = "",
) -> tuple[str, ...]:
    """Ids of questions drawn without replacement, each as likely as its weight; in drawn order.

    A question's luck follows from its id and the seed alone (Efraimidis and Spirakis, 2006), so
    the draw does not depend on the order of the questions, and a smaller draw is the beginning of
    a larger one.

    Args:
        questions: id and p of each; those with p = 0 are never drawn.
        size: how many at most.
        seed: another gives another draw.
    """
    keys: list[tuple[float, str]] = []
    for id, p in questions:
        weight = gaussian_weight(p, mean=mean, sd=sd)
        if weight > 0:
            keys.append((math.log(-math.log(_luck(id, seed))) - math.log(weight), id))
    return tuple(id for _, id in sorted(keys)[:size])


def _luck(id: str, seed: str) -> float:
    """A number in (0, 1), uniform over ids."""
    digest = blake3(f"difficulty\n{seed}\n{id}".encode()).digest(length=8)
    return (int.from_bytes(digest, "big") >> 11) / 2**53 or 2**-54
