"""Rewards as verl calls them."""

import numpy as np
import pytest

from pipeline.evaluation.rewards.verl import compute_score


def test_by_name_as_the_reward_manager_does() -> None:
    found = compute_score(
        data_source="demitasse",
        solution_str="<think>t</think> <answer>(B)</answer>",
        ground_truth="B",
        extra_info={"options": np.array(["red", "green"], object), "num_turns": 2},
        reward_router_address=None,
    )
    assert found == {
        "score": 2,
        "task": 1,
        "format": 1,
        "first": 0,
        "fallback": 0,
        "unparsed": 0,
    }


def test_all_rows_have_the_same_keys() -> None:
    info = {"problem_type": "iou", "segments": np.array([[0.0, 10.0]]), "form": "think-answer"}
    times = compute_score("", "from 0 to 5", "", info)
    assert times["score"] == 0.5
    assert times.keys() == compute_score("", "?", "B").keys()


def test_the_settings_are_those_of_the_config() -> None:
    said = r"\boxed{Let's analyze it.}<think>t</think>\boxed{B}"
    paper = compute_score("", said, "B", form="answer-think-answer")
    released = compute_score("", said, "B", form="answer-think-answer", reading="released")
    assert paper["score"] == pytest.approx(2.1) and released["score"] == pytest.approx(2.4)
    doubled = compute_score("", said, "B", form="answer-think-answer", second=2.2)
    assert doubled["score"] == pytest.approx(3.2)
