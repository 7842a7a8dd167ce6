"""How a policy fared at a question, and whether that makes the question worth training on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from pipeline.evaluation.difficulty import difficulty, gaussian_kept, gaussian_weight
from pipeline.recipe import RolloutsSettings
from pipeline.records import Rollout

ALL_UNPARSED: Final = "all_unparsed"
SAMPLED_OUT: Final = "difficulty_sampled_out"


@dataclass(frozen=True)
class Fare:
    """The answers to one question, counted."""

    samples: int
    right: int
    unparsed: int
    counted: int
    """In the pass rate: all, or all that could be read."""
    pass_rate: float
    verdict: Literal["kept", "all_right", "all_wrong", "none"]
    """Of VideoAuto-R1's filter; `none`: no answer counts."""
    mean_reward: float
    """Of all answers, as a trainer would give it."""


class Unfit(NamedTuple):
    """Why a question is dropped."""

    reason: str
    message: str


def fared(rollouts: Sequence[Rollout], unparsed: Literal["wrong", "left_out"]) -> Fare:
    """Count the answers.

    Args:
        unparsed: what an answer counts that could not be read.
    """
    counting = [one for one in rollouts if one.parsed or unparsed == "wrong"]
    found = difficulty([one.last_reward for one in counting], [one.right for one in counting])
    return Fare(
        samples=len(rollouts),
        right=found.right,
        unparsed=sum(not one.parsed for one in rollouts),
        counted=found.replies,
        pass_rate=found.pass_rate,
        verdict=found.verdict,
        mean_reward=sum(one.reward for one in rollouts) / len(rollouts),
    )


def unfit(question: str, fare: Fare, settings: RolloutsSettings) -> Unfit | None:
    """Why a question is not worth training on; None where it is."""
    if fare.verdict == "none":
        return Unfit(ALL_UNPARSED, f"none of {fare.samples} answers of the policy could be read")
    told = f"the policy answers it right {fare.right} of {fare.counted} times"
    if fare.verdict != "kept":
        unread = f" ({fare.unparsed} answers could not be read)" if fare.unparsed else ""
        return Unfit(fare.verdict, told + unread)
    if settings.sampling == "all":
        return None
    mean, sd = settings.mean, settings.deviation
    if gaussian_kept(question, fare.pass_rate, mean=mean, sd=sd):
        return None
    share = 100 * gaussian_weight(fare.pass_rate, mean=mean, sd=sd)
    return Unfit(SAMPLED_OUT, f"{told}; of such questions {share:.0f} % are drawn")
