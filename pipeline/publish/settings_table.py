"""The recipe's settings as rows of a table, each with what its field says of itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import yaml
from pydantic import BaseModel

from pipeline.publish.facts import CardFacts, without_place
from pipeline.recipe import Identity

MODELS: Final = ("captioner", "embedder", "writer", "judge", "detector", "clip", "policy")
"""Sections that say how models are asked."""

_NOT_SHOWN: Final = frozenset(
    {"prompt", "blind_prompt", "tasks", "pretty_name", "language", "shard_rows"}
)
"""Prompts and tasks have sections of their own; the others decide no row."""


@dataclass(frozen=True)
class SettingRow:
    """One setting as the recipe has it."""

    name: str
    """With its section."""
    value: str
    meaning: str
    """The first sentences of its documentation; empty where the name says it all."""


def of_models(identity: Identity) -> list[SettingRow]:
    """What each model is, and the values that it samples with."""
    return _rows(identity, [name for name in _sections(identity) if name in MODELS])


def thresholds(identity: Identity) -> list[SettingRow]:
    """What the stages keep and how they cut; settings that are off are left out."""
    others = [name for name in _sections(identity) if name not in MODELS]
    return [row for row in _rows(identity, others) if row.value != "null"]


def as_recipe(facts: CardFacts) -> str:
    """A recipe file with all settings that anyone may run; no place of the builder's in it."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", facts.title).strip("-._") or "dataset"
    told = _without_places(facts.identity.model_dump(mode="json"))
    return yaml.safe_dump({"name": name, **told}, sort_keys=False, allow_unicode=True)


def _sections(identity: Identity) -> list[str]:
    """Those of which something is used."""
    unused = set() if identity.rollouts.on else {"policy", "rollouts"}
    return [name for name in type(identity).model_fields if name not in unused]


def _rows(identity: Identity, sections: list[str]) -> list[SettingRow]:
    return [
        row
        for section in sections
        if isinstance(settings := getattr(identity, section), BaseModel)
        for row in _section(section, settings)
    ]


def _section(section: str, settings: BaseModel) -> Iterator[SettingRow]:
    for name, info in sorted(type(settings).model_fields.items(), key=_what_first):
        if name in _NOT_SHOWN:
            continue
        value, place = getattr(settings, name), f"{section}.{name}"
        if isinstance(value, BaseModel):
            yield from _section(place, value)
        else:
            yield SettingRow(place, _said(value), info.description or "")


def _what_first(field: tuple[str, Any]) -> bool:
    """Before how a model is asked stands which it is."""
    return field[0] not in ("kind", "model")


def _said(value: Any) -> str:
    """A value as YAML spells it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_said, value))}]"
    return without_place(value) if isinstance(value, str) else str(value)


def _without_places(value: Any) -> Any:
    """A setting that names a folder of this machine keeps the folder's own name only."""
    if isinstance(value, dict):
        return {key: _without_places(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_without_places(v) for v in value]
    if isinstance(value, str):
        return without_place(value)
    return value
