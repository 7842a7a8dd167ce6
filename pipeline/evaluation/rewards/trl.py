"""Reward functions for TRL's GRPOTrainer (1.16): `reward_funcs=[task_reward, format_reward]`.

The trainer calls `f(prompts=.., completions=.., completion_ids=.., **columns)` with a list for each
column of the dataset, and `trainer_state`, `log_extra` and `log_metric`; completions are texts, or
lists of messages where the prompt is one. A reward of None leaves the row out of this function.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from pipeline.evaluation.answers.grammars import Form
from pipeline.evaluation.graders.grade import grade
from pipeline.evaluation.rewards.columns import column, form_of, truth_of
from pipeline.evaluation.rewards.weighted import (
    PUBLISHED,
    Reading,
    Reward,
    Weights,
    form_score,
    reward,
)

RewardFunction: TypeAlias = Callable[..., list[float | None]]

_BESIDE: Final = frozenset({"trainer_state", "log_extra", "log_metric", "environments"})
"""Arguments of the trainer that are no columns."""


def task_reward(
    prompts: Sequence[Any], completions: Sequence[Any], **columns: Any
) -> list[float | None]:
    """How right each answer is: 0 to 1, and to 2 for `gqa`; None for rows without `solution`."""
    return [
        None if (answer := _solution(row)) is None else grade(text, truth_of(row, answer)).score
        for text, row in zip(texts(completions), rows(columns, len(completions)), strict=True)
    ]


def format_reward(
    prompts: Sequence[Any], completions: Sequence[Any], **columns: Any
) -> list[float | None]:
    """1 for each completion in its row's `form` (`think-answer` where it says none), else 0."""
    return [
        form_score(text, form_of(row, "think-answer"))
        for text, row in zip(texts(completions), rows(columns, len(completions)), strict=True)
    ]


def weighted_reward(
    form: Form = "answer-think-answer",
    *,
    weights: Weights = PUBLISHED,
    reading: Reading = "paper",
) -> RewardFunction:
    """A reward function of all parts together; the parts are logged as metrics.

    Args:
        form: for rows that do not say theirs.
        weights: of the parts.
        reading: of the fallback bonus.
    """

    def weighted(
        prompts: Sequence[Any], completions: Sequence[Any], **columns: Any
    ) -> list[float | None]:
        found: list[Reward | None] = []
        for text, row in zip(texts(completions), rows(columns, len(completions)), strict=True):
            answer = _solution(row)
            asked = form_of(row, form)
            found.append(
                None
                if answer is None
                else reward(text, truth_of(row, answer), asked, weights=weights, reading=reading)
            )
        _log(columns.get("log_metric"), [part for part in found if part is not None])
        return [None if part is None else part.total for part in found]

    weighted.__name__ = f"weighted_{reading}"
    return weighted


def texts(completions: Sequence[Any]) -> list[str]:
    """Each completion as text; of messages, what the assistant said last."""
    return [_text_of(completion) for completion in completions]


def rows(columns: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The columns row by row."""
    kept = {
        name: values
        for name, values in columns.items()
        if name not in _BESIDE and isinstance(values, Sequence) and len(values) == count
    }
    return [{name: values[n] for name, values in kept.items()} for n in range(count)]


def _text_of(completion: Any) -> str:
    if isinstance(completion, str):
        return completion
    content = completion[-1]["content"] if completion else ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _solution(row: Mapping[str, Any]) -> str | None:
    said = column(row, "solution")
    return None if said is None else str(said)


def _log(metric: Callable[[str, float], None] | None, found: Sequence[Reward]) -> None:
    if metric is None or not found:
        return
    for part in ("first", "task", "format", "fallback", "unparsed"):
        metric(f"reward_{part}", sum(float(getattr(r, part)) for r in found) / len(found))
