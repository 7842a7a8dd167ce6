"""How a policy fared at a question, and whether that makes the question worth training on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from blake3 import blake3

from pipeline.recipe import RolloutsSettings
from pipeline.records import Rollout

ALL_RIGHT = "all_right"
ALL_WRONG = "all_wrong"
ALL_UNPARSED = "all_unparsed"
SAMPLED_OUT = "difficulty_sampled_out"


@dataclass(frozen=True)
class Fare:
    """The answers to one question, counted."""

    samples: int
    right: int
    unparsed: int
    counted: int
    """In the pass rate: all, or all that could be read."""
    mean_reward: float

    @property
    def pass_rate(self) -> float:
        """Right ones of those counted; 0 where none counts."""
        return self.right / self.counted if self.counted else 0.0


class Unfit(NamedTuple):
    """Why a question is dropped."""

    reason: str
    message: str


def fared(rollouts: Sequence[Rollout], unparsed: Literal["wrong", "left_out"]) -> Fare:
    """Count the answers.

    Args:
        unparsed: what an answer counts that could not be read.
    """
    unread = sum(not rollout.parsed for rollout in rollouts)
    return Fare(
        samples=len(rollouts),
        right=sum(rollout.right for rollout in rollouts),
        unparsed=unread,
        counted=len(rollouts) - (unread if unparsed == "left_out" else 0),
        mean_reward=sum(rollout.reward for rollout in rollouts) / len(rollouts),
    )


def unfit(question: str, fare: Fare, settings: RolloutsSettings) -> Unfit | None:
    """Why a question is not worth training on; None where it is."""
    told = f"the policy answers it right {fare.right} of {fare.counted} times"
    if not fare.counted:
        return Unfit(ALL_UNPARSED, f"none of {fare.samples} answers of the policy could be read")
    if fare.right == fare.counted:
        return Unfit(ALL_RIGHT, told)
    if not fare.right:
        unread = f" ({fare.unparsed} answers could not be read)" if fare.unparsed else ""
        return Unfit(ALL_WRONG, told + unread)
    if settings.sampling == "gaussian":
        chance = weight(fare.pass_rate, settings.mean, settings.deviation)
        if _lot(question) >= chance:
            return Unfit(SAMPLED_OUT, f"{told}; of such questions {100 * chance:.0f} % are kept")
    return None


def weight(pass_rate: float, mean: float, deviation: float) -> float:
    """The share of questions of a pass rate that is kept, 1 at the mean (Time-R1's Gaussian)."""
    return math.exp(-(((pass_rate - mean) / deviation) ** 2) / 2)


def _lot(question: str) -> float:
    """0 to 1, the same for a question on every machine and in every run."""
    return (
        int.from_bytes(blake3(f"difficulty\n{question}".encode()).digest(length=8), "big") / 2**64
    )
