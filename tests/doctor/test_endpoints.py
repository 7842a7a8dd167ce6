"""What `doctor RECIPE` finds out about endpoints."""

import pytest

from pipeline.doctor.endpoints import check_endpoint
from pipeline.recipe import Recipe
from tests.fakes.openai_server import FakeOpenAI


def recipe(base_url: str, model: str = "fake-model", key: str | None = None) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "t",
            "identity": {"writer": {"kind": "endpoint", "model": model}},
            "runtime": {"writer": {"base_url": base_url, "api_key_env": key}},
        }
    )


def test_an_endpoint_with_the_model_is_well() -> None:
    with FakeOpenAI() as server:
        found = check_endpoint(recipe(server.base_url), "writer")
        assert found == (True, f"{server.base_url} answers, model fake-model")
        assert check_endpoint(recipe(server.base_url), "judge") is None
        assert not server.calls


def test_an_unknown_model_and_a_missing_key_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_KEY", "sk-planted-value")
    with FakeOpenAI(api_key="another") as server:
        found = check_endpoint(recipe(server.base_url, key="PLANTED_KEY"), "writer")
        assert found is not None and not found[0]
        assert "sk-planted-value" not in found[1]
        missing = check_endpoint(recipe(server.base_url, key="NOT_SET_AT_ALL"), "writer")
        assert missing is not None and "NOT_SET_AT_ALL" in missing[1]
    with FakeOpenAI() as server:
        other = check_endpoint(recipe(server.base_url, "other"), "writer")
        assert other is not None and "has no model 'other'; it has fake-model" in other[1]
