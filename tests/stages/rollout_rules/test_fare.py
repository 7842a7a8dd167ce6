"""What the answers of a policy make of a question."""

from typing import Any

import pytest

from pipeline.recipe import RolloutsSettings
from pipeline.records import Rollout
from pipeline.stages.rollout_rules.fare import fared, unfit

SETTINGS = RolloutsSettings(problem_type="exact_match")


def rollouts(said: str) -> list[Rollout]:
    """`+` right, `-` wrong, `?` unread."""
    return [
        Rollout(
            id=f"q#{i}",
            question="q",
            video="v",
            replicate=i,
            first=None,
            last=None if one == "?" else "A",
            first_reward=0.0,
            last_reward=float(one == "+"),
            reward=3.0 if one == "+" else 0.0,
            formed=one != "?",
            parsed=one != "?",
            unparsed="empty" if one == "?" else None,
            right=one == "+",
            cut_off=False,
        )
        for i, one in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "unparsed", "rate", "reason"),
    [
        ("++--", "wrong", 0.5, None),
        ("++++", "wrong", 1.0, "all_right"),
        ("----", "wrong", 0.0, "all_wrong"),
        ("+++?", "wrong", 0.75, None),
        ("+++?", "left_out", 1.0, "all_right"),
        ("+-??", "left_out", 0.5, None),
        ("--??", "left_out", 0.0, "all_wrong"),
        ("????", "wrong", 0.0, "all_wrong"),
        ("????", "left_out", 0.0, "all_unparsed"),
    ],
)
def test_what_is_kept_and_how_the_unread_count(
    said: str, unparsed: Any, rate: float, reason: str | None
) -> None:
    fare = fared(rollouts(said), unparsed)
    assert (fare.pass_rate, fare.samples, fare.unparsed) == (rate, 4, said.count("?"))
    assert fare.counted == (4 if unparsed == "wrong" else 4 - said.count("?"))
    assert fare.mean_reward == 3 * said.count("+") / 4
    found = unfit("q", fare, SETTINGS)
    assert (found.reason if found else None) == reason


def test_answers_that_could_not_be_read_are_told() -> None:
    found = unfit("q", fared(rollouts("--??"), "wrong"), SETTINGS)
    assert found is not None
    assert found.message == (
        "the policy answers it right 0 of 4 times (2 answers could not be read)"
    )


def test_gaussian_draws_by_pass_rate_and_the_question_s_id() -> None:
    settings = SETTINGS.model_copy(update={"sampling": "gaussian", "mean": 0.25})
    often, seldom = fared(rollouts("+---"), "wrong"), fared(rollouts("+++-"), "wrong")
    ids = [f"q{i}" for i in range(400)]
    assert all(unfit(one, often, settings) is None for one in ids), "at the mean all are kept"
    kept = [one for one in ids if unfit(one, seldom, settings) is None]
    assert 5 <= len(kept) <= 35, "4.4 % of 400"
    assert kept == [one for one in ids if unfit(one, seldom, settings) is None]
    dropped = unfit(next(one for one in ids if one not in kept), seldom, settings)
    assert dropped is not None
    assert dropped.reason == "difficulty_sampled_out"
    assert dropped.message.endswith("of such questions 4 % are drawn")
