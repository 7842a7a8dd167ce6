"""The reward function for verl (0.9): `compute_score` of the file that its config names.

    reward.custom_reward_function.path=<this file, or pkg://pipeline.evaluation.rewards.verl>
    reward.custom_reward_function.name=compute_score
    +reward.custom_reward_function.reward_kwargs.reading=released

Up to 0.8 the keys begin with `custom_reward_function`. verl takes `score` for the reward and logs
the other numbers, for which all rows need the same keys.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.evaluation.answers.grammars import Form
from pipeline.evaluation.rewards.columns import form_of, truth_of
from pipeline.evaluation.rewards.weighted import PUBLISHED, Reading, Weights, reward


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    *,
    form: Form = "think-answer",
    reading: Reading = "paper",
    first: float = PUBLISHED.first,
    second: float = PUBLISHED.second,
    format: float = PUBLISHED.format,
    fallback: float = PUBLISHED.fallback,
    right_iou: float = PUBLISHED.right_iou,
    **ours_not: Any,
) -> dict[str, float]:
    """The reward of one reply, and its parts.

    Args:
        data_source: not used: what a row is says its `extra_info`.
        solution_str: the reply.
        ground_truth: the right answer.
        extra_info: `problem_type`, `options`, `segments`, `form`, where the row has them.
        form: for rows that do not say theirs.
        reading: of the fallback bonus.
        first: a weight, as those after it; see `Weights`.
        ours_not: what newer versions hand over besides (a reward model's address).
    """
    row = {"extra_info": extra_info or {}}
    found = reward(
        solution_str,
        truth_of(row, ground_truth),
        form_of(row, form),
        weights=Weights(first, second, format, fallback, right_iou),
        reading=reading,
    )
    return {
        "score": found.total,
        "task": found.task,
        "format": found.format,
        "first": found.first,
        "fallback": found.fallback,
        "unparsed": float(found.unparsed),
    }
