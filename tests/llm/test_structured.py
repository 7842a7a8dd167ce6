"""The schema that endpoints are given, and the check of what comes back."""

import json
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from pipeline.llm.structured import Invalid, parse, response_schema, schema_sha256
from tests.llm.asking import Word

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=2, description="What it is called.")
    kind: Literal["a", "b"] = "a"


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    parts: list[Part] = Field(max_length=3)
    frames: list[str]

    @field_validator("frames")
    @classmethod
    def _given(cls, frames: list[str], info: ValidationInfo) -> list[str]:
        unknown = set(frames) - set((info.context or {}).get("given", ()))
        if unknown:
            raise ValueError(f"no such frame: {', '.join(sorted(unknown))}")
        return frames


GOOD: dict[str, Any] = {"parts": [{"title": "one", "kind": "b"}], "frames": ["F1"]}


def objects(node: Any) -> list[dict[str, Any]]:
    """Every object schema below a node."""
    if isinstance(node, list):
        return [found for inner in node for found in objects(inner)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == "object" else []
    return own + [found for inner in node.values() for found in objects(inner)]


def test_the_schema_is_closed_and_needs_everything() -> None:
    schema = response_schema(Whole)
    assert len(objects(schema)) == 2
    for node in objects(schema):
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
    part = schema["properties"]["parts"]["items"]
    assert list(part["properties"]) == ["title", "kind"]
    text = json.dumps(schema)
    assert "What it is called." in text
    for keyword in ("$ref", "$defs", "minLength", "default"):
        assert f'"{keyword}"' not in text


def test_the_schema_takes_what_the_model_takes() -> None:
    schema = response_schema(Whole)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(GOOD)


def test_another_schema_has_another_hash() -> None:
    assert schema_sha256(Whole) == schema_sha256(Whole)
    assert schema_sha256(Whole) != schema_sha256(Part)


@pytest.mark.parametrize("form", ["{}", " {}\n", "```json\n{}\n```", "```\n{}\n```\n"])
def test_a_reply_is_read_with_or_without_a_fence(form: str) -> None:
    found = parse(form.replace("{}", json.dumps(GOOD)), Whole, {"given": ["F1"]})
    assert found == Whole.model_validate(GOOD, context={"given": ["F1"]})


def test_a_citation_of_what_was_not_given_is_an_error() -> None:
    found = parse(json.dumps(GOOD), Whole, {"given": ["F2"]})
    assert isinstance(found, Invalid)
    assert found.error_class == "WrongSchema"
    assert "no such frame: F1" in found.message


def test_an_error_says_where_and_not_what_was_given() -> None:
    bad = {"parts": [{"title": "x", "kind": "secret"}], "frames": []}
    found = parse(json.dumps(bad), Whole, {})
    assert isinstance(found, Invalid)
    assert "parts.0.title: " in found.message
    assert "parts.0.kind: " in found.message
    assert "secret" not in found.message


def test_of_many_errors_the_first_are_told() -> None:
    found = parse(json.dumps({"parts": [{}] * 3, "frames": [1] * 8}), Whole, {})
    assert isinstance(found, Invalid)
    assert found.message.endswith("and 6 more")


@pytest.mark.parametrize(
    "text", ["", "Sure!", "{", '{"word": "a"} done', "[" * 100_000, '{"word": ' + "1" * 5000 + "}"]
)
def test_what_is_not_json_is_said_to_be_so(text: str) -> None:
    found = parse(text, Word, {})
    assert isinstance(found, Invalid)
    assert found.error_class == "InvalidJson"


@given(JSON | st.dictionaries(st.just("word"), JSON))
def test_any_json_is_valid_or_told_to_be_wrong(data: Any) -> None:
    found = parse(json.dumps(data), Word, {})
    if isinstance(found, Word):
        assert data == {"word": found.word}
        found.word.encode()
    else:
        assert isinstance(found, Invalid)
        found.message.encode()


@given(st.text(st.characters()))
def test_any_text_is_valid_or_told_to_be_wrong(text: str) -> None:
    found = parse(text, Word, {})
    if isinstance(found, Invalid):
        found.message.encode()
