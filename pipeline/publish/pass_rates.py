"""How hard the published questions were for the policy that was asked, counted for the card."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.publish.published import PublishedDifficulty
from pipeline.recipe import RolloutsSettings

_BINS: Final = 10
"""Of pass rates, each a tenth; the last one has its upper end."""
DROPPED: Final = ("all_right", "all_wrong", "all_unparsed", "difficulty_sampled_out")
"""Reasons of rollouts that speak of how hard a question is."""


@dataclass
class PassRates:
    """Counts over rows that have a difficulty."""

    bins: list[int] = field(default_factory=lambda: [0] * _BINS)
    """Questions by their pass rate, in tenths."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Questions by the type of problem."""
    policies: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    right: int = 0
    unparsed: int = 0
    rewards: float = 0.0

    def add(self, found: PublishedDifficulty) -> None:
        """Count a question."""
        # By whole numbers: three of ten is no less than 0.3.
        self.bins[min(_BINS - 1, _BINS * found.right // found.counted)] += 1
        self.kinds[found.problem_type] += 1
        self.policies[found.policy] += 1
        self.answers += found.samples
        self.right += found.right
        self.unparsed += found.unparsed
        self.rewards += found.mean_reward

    @property
    def questions(self) -> int:
        return sum(self.bins)

    @property
    def mean_reward(self) -> float:
        """Over at least one question."""
        return self.rewards / self.questions


def histogram(rates: PassRates) -> list[Sequence[str]]:
    """Questions by pass rate, the hardest first; the first row is the head."""
    rows: list[Sequence[str]] = [("pass rate", "questions", "share")]
    for place, n in enumerate(rates.bins):
        close = "]" if place == _BINS - 1 else ")"
        told = f"[{place / _BINS:.1f}, {(place + 1) / _BINS:.1f}{close}"
        rows.append((told, f"{n:,}", f"{100 * n / rates.questions:.1f} %"))
    return rows


def numbers(rates: PassRates, settings: RolloutsSettings) -> list[Sequence[str]]:
    """What was asked of whom, and what came of it; the first row is the head."""
    unread = "counted as wrong" if settings.unparsed == "wrong" else "left out of the pass rate"
    rows: list[Sequence[str]] = [("of the published questions", "number")]
    rows += [(f"asked of `{name}`", f"{n:,}") for name, n in sorted(rates.policies.items())]
    rows += [(f"of type `{name}`", f"{n:,}") for name, n in sorted(rates.kinds.items())]
    rows += [
        ("answers", f"{rates.answers:,}"),
        ("answers that are right", f"{rates.right:,}"),
        (f"answers that could not be read, {unread}", f"{rates.unparsed:,}"),
        ("mean reward of an answer, by VideoAuto-R1's weights", f"{rates.mean_reward:.2f}"),
    ]
    if settings.problem_type in ("iou", "gqa"):
        rows.append(("IoU from which a time is right", f"{settings.right_iou:g}"))
    return rows


def dropped(rejections: Counter[tuple[str, str]]) -> list[Sequence[str]]:
    """Questions that were dropped for their difficulty, by reason."""
    found = [(reason, rejections["rollouts", reason]) for reason in DROPPED]
    return [("dropped as", "questions"), *((f"`{name}`", f"{n:,}") for name, n in found)]
