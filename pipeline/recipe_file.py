"""Reading a recipe: YAML and `--set` overrides to a `Recipe`, and back.

In the file, sections are flat: a section such as `captioner` may hold identity and runtime
settings side by side, and each field is given to the model that has it. Every problem is
reported with file, line, field, what is allowed, and the closest name for a misspelt one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import RecipeError
from pipeline.recipe import Identity, Recipe, Runtime, applying
from pipeline.recipe_problems import (
    Problem,
    describe,
    fields,
    tell,
    unknown_field,
    unknown_setting,
)
from pipeline.recipe_text import override, read
from pipeline.storage.place import Place

_TOP: Final = ("name", "inputs")


def load_recipe(path: Place, overrides: Sequence[str]) -> Recipe:
    """The recipe of a file, with `section.field=value` overrides applied.

    Raises:
        RecipeError: the file cannot be read, or says something that no recipe may say; the
            message lists every problem, one a line.
    """
    data, places = read(path)
    for text in overrides:
        override(data, places, text)
    data.setdefault("name", Path(path.name).stem)
    settings, problems = _split(data)
    try:
        recipe = Recipe.model_validate(settings)
    except ValidationError as error:
        problems += map(describe, error.errors())
    if problems:
        lines = [f"  {line}" for line in tell(problems, places)]
        raise RecipeError("\n".join([f"recipe {path} is not valid:", *lines]))
    return recipe


def to_yaml(recipe: Recipe) -> str:
    """The resolved recipe, every default spelt out; loading it gives the same recipe."""
    identity = recipe.identity.model_dump(mode="json")
    runtime = recipe.runtime.model_dump(mode="json")
    flat: dict[str, Any] = {"name": recipe.name, "inputs": list(recipe.inputs), **identity}
    for section, settings in runtime.items():
        model = getattr(recipe.runtime, section)
        kind = getattr(getattr(recipe.identity, section, None), "kind", "")
        # What means nothing to the kind is left out, unless somebody has set it.
        told = applying(section, kind, model) | _set(model)
        flat[section] = {
            **flat.get(section, {}),
            **{name: value for name, value in settings.items() if name in told},
        }
    return yaml.safe_dump(flat, sort_keys=False, allow_unicode=True)


def _set(settings: BaseModel) -> set[str]:
    """Names of the fields that are not as by default."""
    default = type(settings)()
    return {f for f in type(settings).model_fields if getattr(settings, f) != getattr(default, f)}


def recipe_hash(recipe: Recipe) -> str:
    """SHA-256 of all that changes the dataset, and of nothing else."""
    from pipeline.engine.keys import canonical

    return hashlib.sha256(canonical(recipe.identity.model_dump(mode="json"))).hexdigest()


def _split(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Give every field to the model that has it, and collect the names that none has."""
    identity: dict[str, Any] = {}
    runtime: dict[str, Any] = {}
    problems: list[Problem] = []
    known = [*_TOP, *dict.fromkeys([*Identity.model_fields, *Runtime.model_fields])]
    for section, value in data.items():
        ours, theirs = fields(Identity, section), fields(Runtime, section)
        if section in _TOP:
            continue
        if section not in known:
            problems.append(((str(section),), unknown_setting(str(section), known)))
        elif value is None and (ours or theirs):
            continue  # a section of which every line is commented out
        elif not isinstance(value, Mapping):
            (identity if section in Identity.model_fields else runtime)[section] = value
        else:
            for field, inner in value.items():
                if field in theirs:
                    runtime.setdefault(section, {})[field] = inner
                elif field in ours:
                    identity.setdefault(section, {})[field] = inner
                else:
                    message = unknown_field(section, str(field))
                    problems.append(((section, str(field)), message))
    top = {name: data[name] for name in _TOP if name in data}
    return {**top, "identity": identity, "runtime": runtime}, problems
