"""Rewards as TRL calls them; its trainer calls them in `tests/publish/exports/loading`."""

from typing import Any

import pytest

from pipeline.evaluation.rewards.trl import format_reward, task_reward, weighted_reward

COLUMNS: dict[str, Any] = {
    "solution": ["<answer>B</answer>", "<answer>4.0</answer>"],
    "problem_type": [None, "math"],
    "details": [{"options": ["red", "green"], "form": None}, {"options": []}],
}


def test_texts_and_messages_are_the_same() -> None:
    said = ["<think>t</think><answer>B</answer>", "<answer>4</answer>"]
    messages = [[{"role": "assistant", "content": text}] for text in said]
    parts = [[{"role": "assistant", "content": [{"type": "text", "text": t}]}] for t in said]
    for completions in (said, messages, parts):
        assert task_reward(prompts=["", ""], completions=completions, **COLUMNS) == [1, 1]
        assert format_reward(prompts=["", ""], completions=completions, **COLUMNS) == [1, 0]


def test_a_row_without_a_solution_is_left_out() -> None:
    columns = {"solution": [None, "B"]}
    assert task_reward(["", ""], ["A", "A"], **columns) == [None, 0]
    assert weighted_reward()(["", ""], ["A", "A"], **columns) == [None, 0]


def test_a_row_says_its_form() -> None:
    said = r"\boxed{B}<think>t</think>\boxed{B}"
    columns = {"solution": ["B"], "form": ["answer-think-answer"]}
    assert format_reward([""], [said], **columns) == [1]
    assert weighted_reward("think-answer")([""], [said], **columns) == [pytest.approx(3)]


def test_a_wrong_column_is_told() -> None:
    with pytest.raises(ValueError, match="'ocr' is no type of problem"):
        task_reward([""], ["A"], solution=["A"], problem_type=["ocr"])
    with pytest.raises(ValueError, match="'free' is no form of reply"):
        format_reward([""], ["A"], form=["free"])


def test_the_parts_are_logged() -> None:
    logged: dict[str, float] = {}
    weighted_reward("think-answer")(
        ["", ""], ["<think>t</think><answer>B</answer>", "?"], log_metric=logged.__setitem__,
        **COLUMNS,
    )  # fmt: skip
    assert logged == {
        "reward_first": 0,
        "reward_task": 0.5,
        "reward_format": 0.5,
        "reward_fallback": 0,
        "reward_unparsed": 0.5,
    }
