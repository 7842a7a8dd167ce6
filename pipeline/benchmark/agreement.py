"""How far two reviewers agree beyond chance."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """Of two reviewers over the same questions."""

    questions: int
    same: int
    """Questions on which both decided alike."""
    kappa: float | None
    """Cohen's (1960): 1 where they agree, 0 where as often as by chance; None where both gave one
    and the same decision to all questions, as chance would then agree always."""


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Agreement of decisions on the same questions in the same order; at least one."""
    questions = len(first)
    same = sum(a == b for a, b in zip(first, second, strict=True))
    one, other = Counter(first), Counter(second)
    by_chance = sum(one[decision] * other[decision] for decision in one)
    if by_chance == questions * questions:
        return Agreement(questions, same, None)
    chance = by_chance / questions**2
    return Agreement(questions, same, round((same / questions - chance) / (1 - chance), 4))
