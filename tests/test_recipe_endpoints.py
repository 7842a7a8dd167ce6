"""What a recipe may say of endpoints, and what it may not."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.recipe import EndpointRuntime, Identity, Recipe

WRITER = {"kind": "endpoint", "model": "m"}
THERE = {"base_url": "http://127.0.0.1:1/v1"}
PRICE = {"input": 1.0, "output": 2.0, "as_of": "2026-11-01"}


def recipe(identity: dict[str, Any], runtime: dict[str, Any]) -> Recipe:
    return Recipe.model_validate({"name": "t", "identity": identity, "runtime": runtime})


def test_a_dollar_cap_on_a_model_without_a_price_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"budget\.usd needs writer\.price"):
        recipe({"writer": WRITER}, {"writer": THERE, "budget": {"usd": 5}})
    priced = {"writer": {**THERE, "price": PRICE}, "budget": {"usd": 5}}
    assert recipe({"writer": WRITER, "judge": WRITER}, priced).runtime.budget.usd == 5
    other = {**priced, "judge": {"base_url": "http://127.0.0.1:2/v1"}}
    with pytest.raises(ValidationError, match=r"budget\.usd needs judge\.price"):
        recipe({"writer": WRITER, "judge": WRITER}, other)


def test_an_endpoint_needs_an_address_and_a_judge_may_share_the_writer_s() -> None:
    with pytest.raises(ValidationError, match=r"writer\.base_url is missing"):
        recipe({"writer": WRITER}, {})
    with pytest.raises(ValidationError, match=r"judge\.base_url is missing"):
        recipe({"judge": WRITER}, {})
    assert recipe({"judge": WRITER}, {"judge": THERE})
    assert recipe({"writer": WRITER, "judge": WRITER}, {"writer": THERE})


def test_an_address_holds_no_password_and_a_key_is_the_name_of_a_variable() -> None:
    with pytest.raises(ValidationError, match="must not hold a password"):
        EndpointRuntime(base_url="https://user:word@example.invalid/v1")
    with pytest.raises(ValidationError, match="begin with http"):
        EndpointRuntime(base_url="example.invalid/v1")
    with pytest.raises(ValidationError, match="api_key_env"):
        EndpointRuntime(api_key_env="sk-this is a key")


def test_a_program_cannot_guess_blindly() -> None:
    with pytest.raises(ValidationError, match=r"verdicts\.blind needs judge\.kind endpoint"):
        recipe({"verdicts": {"blind": True}}, {})


def test_a_worker_gets_whole_gpus_or_a_part_of_one() -> None:
    for gpus in (None, 0, 0.25, 1, 2.0):
        assert EndpointRuntime(gpus=gpus).gpus == gpus
    with pytest.raises(ValidationError, match="a whole number, or a part of one"):
        EndpointRuntime(gpus=1.5)


def test_a_policy_that_always_says_the_same_cannot_be_sampled() -> None:
    policy = {"kind": "endpoint", "model": "m", "temperature": 0}
    with pytest.raises(ValidationError, match=r"policy\.temperature above 0"):
        Identity.model_validate({"policy": policy, "rollouts": {"problem_type": "exact_match"}})
    assert Identity.model_validate({"policy": policy}).policy.kind == "endpoint"
