"""Which settings change which stage, asked of every field of both models."""

import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from pipeline.engine.keys import stage_identity
from pipeline.graph import stages
from pipeline.recipe import Identity, Recipe, Runtime
from pipeline.tasks import Task


def fields(model: type[BaseModel], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every leaf of a settings model, as a path of names."""
    for name, field in model.model_fields.items():
        hint = field.annotation
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            yield from fields(hint, (*at, name))
        else:
            yield (*at, name)


def changed(settings: BaseModel, path: tuple[str, ...]) -> BaseModel:
    """The settings with another valid value at a path."""
    name, *rest = path
    value = getattr(settings, name)
    if rest:
        other = changed(value, tuple(rest))
    else:
        other = another(type(settings).model_fields[name].annotation, value, name)
    return settings.model_copy(update={name: other})


def another(hint: Any, value: Any, name: str) -> Any:
    if get_origin(hint) is Literal and len(get_args(hint)) > 1:
        return next(choice for choice in get_args(hint) if choice != value)
    if get_origin(hint) is Literal:
        return f"another-{value}"
    if name == "prompt":
        return str(Path(__file__).parents[1] / "prompts" / "verdicts" / "program.md")
    if name == "tasks":
        return (Task.EVENT_PROCESS,)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value * 0.5 if isinstance(value, float) else value + 1
    if isinstance(value, tuple):
        return tuple(v + 1 for v in value)
    if value is None:
        return 7 if typing.get_args(hint) and str not in typing.get_args(hint) else "text"
    return f"another-{value}"


def identities(recipe: Recipe) -> dict[str, str]:
    return {s.name: stage_identity(s) for s in stages(recipe, Path("dataset"))}


BASE = Recipe(name="base")

UNUSED = {("recipe",)}
"""Names the chain itself; there is only one yet."""


@pytest.mark.parametrize("path", sorted(set(fields(Identity)) - UNUSED), ids=".".join)
def test_every_identity_setting_changes_a_stage(path: tuple[str, ...]) -> None:
    identity = changed(BASE.identity, path)
    assert identity != BASE.identity
    other = identities(BASE.model_copy(update={"identity": identity}))
    assert other != identities(BASE)


@pytest.mark.parametrize("path", sorted(fields(Runtime)), ids=".".join)
def test_no_runtime_setting_changes_a_key(path: tuple[str, ...]) -> None:
    runtime = changed(BASE.runtime, path)
    assert runtime != BASE.runtime
    assert identities(BASE.model_copy(update={"runtime": runtime})) == identities(BASE)


def test_names_and_inputs_change_no_key() -> None:
    other = Recipe(name="other", inputs=("elsewhere",))
    assert identities(other) == identities(BASE)


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        (("core_frames", "tau"), "core_frames"),
        (("scenes", "threshold"), "scenes"),
        (("grounding", "min_score"), "grounding"),
        (("questions", "per_group"), "questions"),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else value,
)
def test_a_threshold_changes_its_own_stage_and_the_card(path: tuple[str, ...], stage: str) -> None:
    before = identities(BASE)
    identity = changed(BASE.identity, path)
    after = identities(BASE.model_copy(update={"identity": identity}))
    assert {name for name in before if before[name] != after[name]} == {stage, "publish"}
