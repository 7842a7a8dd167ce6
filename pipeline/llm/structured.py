"""Structured replies: the schema that endpoints are given, and the check of what comes back.

Endpoints constrain decoding with the schema as far as they understand it; some leave keywords
out silently, so every reply is validated here against the whole model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_DROPPED: Final = {"title", "minLength", "maxLength", "pattern", "default", "format"}
"""Keywords that strict modes refuse or ignore; validation afterwards knows them all."""

_SHOWN_ERRORS: Final = 5


@cache
def response_schema(model: type[BaseModel]) -> Mapping[str, Any]:
    """The model's JSON schema in the subset that endpoints share: closed objects, all required."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    return dict(_plain(schema, definitions))


def schema_sha256(model: type[BaseModel]) -> str:
    """Of the schema as it is sent; provenance names it."""
    return sha256(json.dumps(response_schema(model), sort_keys=True).encode()).hexdigest()


def _plain(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        # Written out in place: some servers resolve no references.
        name = node["$ref"].rpartition("/")[2]
        siblings = {k: v for k, v in node.items() if k != "$ref"}
        return _plain({**definitions[name], **siblings}, definitions)
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            out[key] = {name: _plain(inner, definitions) for name, inner in value.items()}
        elif key == "prefixItems":
            out["items"] = _plain(value[0], definitions)
        elif key not in _DROPPED:
            out[key] = _plain(value, definitions)
    if out.get("type") == "object":
        out["additionalProperties"] = False
        out["required"] = list(out.get("properties", {}))
    return out


@dataclass(frozen=True, slots=True)
class Invalid:
    """A reply that is not what was asked for."""

    error_class: str
    """`InvalidJson` or `WrongSchema`."""
    message: str
    """What is wrong and where, fit to be shown to the model."""


def parse(text: str, model: type[BaseModel], context: Mapping[str, Any]) -> BaseModel | Invalid:
    """The reply as the model's value, or what is wrong with it.

    Args:
        context: what the request gave, such as its frames: a citation of anything else is an
            error like any other.
    """
    try:
        data = json.loads(_unfenced(text))
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Invalid("InvalidJson", "the reply is not JSON of whole characters: \\ud800-\\udfff")
    except (ValueError, RecursionError) as error:
        return Invalid("InvalidJson", f"the reply is not JSON: {error}")
    try:
        return model.model_validate(data, context=dict(context))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        told = [f"{_place(e['loc'])}: {_said(e)}" for e in found[:_SHOWN_ERRORS]]
        if len(found) > _SHOWN_ERRORS:
            told.append(f"and {len(found) - _SHOWN_ERRORS} more")
        return Invalid("WrongSchema", "; ".join(told))


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) or "the reply"


def _said(error: ErrorDetails) -> str:
    """The validator's own words: pydantic puts its name for the exception before them."""
    return error["msg"].removeprefix("Value error, ")


def _unfenced(text: str) -> str:
    """Without the code fence that models without structured output like to put around JSON."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        return text.split("\n", 1)[1][:-3]
    return text
