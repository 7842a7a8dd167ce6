"""Reading an evaluation's settings: YAML, the command's options, and `section.field=value`.

As in a recipe's file, a section holds what changes results and how they are come by side by side.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import RecipeError, UsageError
from pipeline.recipe import CaptionerRuntime, EndpointRuntime
from pipeline.recipe.evaluation import EvaluationSettings
from pipeline.recipe_problems import Problem, describe, tell
from pipeline.recipe_text import Places, override, read
from pipeline.store import Store

USED: Final = "evaluation.yaml"
"""In an evaluation's workspace: the settings of its last run, every default spelt out."""

_REACHED: Final = {
    ("model",): "policy",
    ("judge",): "judge",
    ("selector", "captioner"): "captioner",
    ("selector", "chooser"): "writer",
}
"""Sections that name a model, and where the runtime keeps how it is reached."""
_WHOLE: Final = ("engine", "budget")
_TAGS: Final = frozenset({"program", "endpoint", "detector", "transformers"})


def load_settings(
    path: Path | None, options: Mapping[str, Any], overrides: Sequence[str]
) -> EvaluationSettings:
    """The settings of a file, overridden by the command's options and then by `--set`.

    Args:
        options: sections as the file would have them.

    Raises:
        RecipeError: the file cannot be read, or says what no evaluation may say.
    """
    data: dict[str, Any] = {}
    places: Places = {}
    if path is not None:
        data, places = read(path)
    _lay_over(data, options)
    for text in overrides:
        override(data, places, text)
    runtime: dict[str, Any] = {name: data.pop(name) for name in _WHOLE if name in data}
    known = set(EndpointRuntime.model_fields)
    for location, section in _REACHED.items():
        found = _at(data, location)
        fields = known | set(CaptionerRuntime.model_fields) if section == "captioner" else known
        runtime[section] = {name: found.pop(name) for name in sorted(fields & set(found))}
    try:
        return EvaluationSettings.model_validate({"identity": data, "runtime": runtime})
    except ValidationError as error:
        problems = [_described(detail) for detail in error.errors()]
        lines = [text for at, text in problems if not at]
        lines += tell([problem for problem in problems if problem[0]], places)
        lines = [f"  {line}" for line in lines]
        raise RecipeError("\n".join(["the evaluation's settings are not valid:", *lines])) from None


def keep(store: Store, settings: EvaluationSettings) -> None:
    """Write the settings of a run into its workspace.

    Raises:
        StorageError: they cannot be written.
    """
    told = yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False)
    store.write(USED, told.encode())


def kept(store: Store) -> EvaluationSettings | None:
    """The settings of a workspace's last run, or None where it is no evaluation's.

    Raises:
        UsageError: another version of Demitasse wrote them.
        StorageError: they cannot be read.
    """
    if not store.exists(USED):
        return None
    try:
        return EvaluationSettings.model_validate(yaml.safe_load(store.read(USED)))
    except (yaml.YAMLError, ValidationError) as error:
        raise UsageError(
            f"{store.where(USED)} is not of the form that this version writes: the same "
            "`demitasse evaluate` command writes it anew"
        ) from error


def _described(detail: ErrorDetails) -> Problem:
    location, text = describe(detail)
    if detail["type"] == "extra_forbidden":
        text = "there is no such setting"
    return tuple(part for part in location if part not in _TAGS), text


def input_of(text: str) -> dict[str, Any]:
    """An input as the command line spells it: `core`, `uniform:16`, `all:2`, `selected`.

    Raises:
        UsageError: it is none of them.
    """
    kind, _, number = text.partition(":")
    try:
        match kind:
            case "uniform":
                return {"kind": kind, **({"frames": int(number)} if number else {})}
            case "all":
                return {"kind": kind, **({"fps": float(number)} if number else {})}
            case "core" | "selected" if not number:
                return {"kind": kind}
    except ValueError:
        pass
    raise UsageError(
        f"--input {text}: write core, uniform:16 (frames), all:1 (frames a second) or selected"
    )


def _lay_over(data: dict[str, Any], options: Mapping[str, Any]) -> None:
    for name, value in options.items():
        if isinstance(value, Mapping) and isinstance(data.get(name), dict):
            _lay_over(data[name], value)
        else:
            data[name] = dict(value) if isinstance(value, Mapping) else value


def _at(data: Mapping[str, Any], location: Sequence[str]) -> dict[str, Any]:
    """The section there, or an empty one."""
    found: Any = data
    for name in location:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, dict) else {}
