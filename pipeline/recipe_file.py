"""Reading a recipe: YAML and `--set` overrides to a `Recipe`, with errors that help.

In the file, sections are flat: a section such as `captioner` may hold identity and runtime
settings side by side, and each field is given to the model that has it. Every problem is
reported with file, line, field, what is allowed, and the closest name for a misspelt one.
"""

import difflib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import RecipeError
from pipeline.recipe import Identity, Recipe, Runtime

Places = dict[tuple[str, ...], str]
"""Where each field was given: a line of the file, or a `--set`."""

_TOP = ("name", "inputs")


def load_recipe(path: Path, overrides: Sequence[str]) -> Recipe:
    """The recipe of a file, with `section.field=value` overrides applied.

    Raises:
        RecipeError: the file cannot be read, or says something that no recipe may say; the
            message lists every problem, one a line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"cannot read recipe {path}: {error}") from error
    data, places = _parse(text, path)
    for override in overrides:
        _override(data, places, override)
    data.setdefault("name", path.stem)
    recipe, problems = _split(data)
    where = [f"  {_place(places, loc)}: {message}" for loc, message in problems]
    if where:
        raise RecipeError("\n".join([f"recipe {path} is not valid:", *where]))
    try:
        return Recipe.model_validate(recipe)
    except ValidationError as error:
        details = [_describe(detail) for detail in error.errors()]
        where = [f"  {_place(places, loc)}: {message}" for loc, message in details]
        raise RecipeError("\n".join([f"recipe {path} is not valid:", *where])) from None


def to_yaml(recipe: Recipe) -> str:
    """The resolved recipe, every default spelt out; loading it gives the same recipe."""
    identity = recipe.identity.model_dump(mode="json")
    runtime = recipe.runtime.model_dump(mode="json")
    flat: dict[str, Any] = {"name": recipe.name, "inputs": list(recipe.inputs), **identity}
    for section, fields in runtime.items():
        flat[section] = {**flat.get(section, {}), **fields}
    return yaml.safe_dump(flat, sort_keys=False, allow_unicode=True)


def recipe_hash(recipe: Recipe) -> str:
    """SHA-256 of all that changes the dataset, and of nothing else."""
    from pipeline.engine.keys import canonical

    return hashlib.sha256(canonical(recipe.identity.model_dump(mode="json"))).hexdigest()


def _parse(text: str, path: Path) -> tuple[dict[str, Any], Places]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
        places = dict(_places(root, (), path)) if root else {}
    except yaml.YAMLError as error:
        raise RecipeError(f"recipe {path} is no valid YAML: {error}") from error
    except RecursionError:
        raise RecipeError(f"recipe {path} is nested too deeply, or an alias holds itself") from None
    if root is None:
        return {}, {}
    if not isinstance(data, dict):
        raise RecipeError(f"recipe {path} must be a mapping of settings, such as `name: demo`")
    return data, places


def _places(
    node: yaml.Node, at: tuple[str, ...], path: Path
) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in seen:
                dotted = ".".join((*at, name))
                raise RecipeError(f"recipe {path}, line {line}: `{dotted}` is given twice")
            seen.add(name)
            yield (*at, name), f"{path}:{line}"
            yield from _places(value, (*at, name), path)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, str(index)), f"{path}:{value.start_mark.line + 1}"
            yield from _places(value, (*at, str(index)), path)


def _override(data: dict[str, Any], places: Places, override: str) -> None:
    name, equals, text = override.partition("=")
    if not equals or not name.strip():
        raise RecipeError(f"--set {override}: write it as section.field=value")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {override}: the value is no valid YAML: {error}") from error
    *sections, field = name.strip().split(".")
    place = data
    for section in sections:
        inner = place.setdefault(section, {})
        if not isinstance(inner, dict):
            raise RecipeError(f"--set {override}: `{section}` has no fields")
        place = inner
    place[field] = value
    at = (*sections, field)
    for replaced in [loc for loc in places if loc[: len(at)] == at]:
        del places[replaced]
    for length in range(1, len(at) + 1):
        places.setdefault(at[:length], f"--set {override}")


Problem = tuple[tuple[str, ...], str]


def _split(data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Give every field to the model that has it, and collect the names that none has."""
    identity: dict[str, Any] = {}
    runtime: dict[str, Any] = {}
    problems: list[Problem] = []
    known = [*_TOP, *dict.fromkeys([*Identity.model_fields, *Runtime.model_fields])]
    for section, value in data.items():
        if section in _TOP:
            continue
        if section not in known:
            problems.append(((str(section),), _unknown("setting", str(section), known)))
            continue
        if not isinstance(value, Mapping):
            (identity if section in Identity.model_fields else runtime)[section] = value
            continue
        ours, theirs = _fields(Identity, section), _fields(Runtime, section)
        for field, inner in value.items():
            if field in theirs:
                runtime.setdefault(section, {})[field] = inner
            elif field in ours:
                identity.setdefault(section, {})[field] = inner
            else:
                message = _unknown(f"field of `{section}`", str(field), [*ours, *theirs])
                problems.append(((section, str(field)), message))
    top = {name: data[name] for name in _TOP if name in data}
    return {**top, "identity": identity, "runtime": runtime}, problems


def _fields(model: type[BaseModel], section: str) -> list[str]:
    field = model.model_fields.get(section)
    if field is None:
        return []
    choices = get_args(field.annotation) or (field.annotation,)
    found = [c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)]
    return list(dict.fromkeys(name for choice in found for name in choice.model_fields))


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"
    return f"there is no {what} `{name}`; {hint}"


def _describe(detail: ErrorDetails) -> Problem:
    loc = tuple(str(part) for part in detail["loc"] if part not in ("identity", "runtime"))
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    if detail["type"] in ("literal_error", "enum"):
        allowed = _allowed(loc) or str(detail.get("ctx", {}).get("expected", "")).split(" or ")
        close = difflib.get_close_matches(str(given), allowed, n=1)
        message = f"{given!r} is not allowed; use one of {', '.join(allowed)}"
        message += f" (did you mean `{close[0]}`?)" if close else ""
    elif not isinstance(given, dict):
        message = f"{message} (got {given!r})"
    return loc, message


def _allowed(loc: tuple[str, ...]) -> list[str]:
    """The values of the Literal or enumeration at a place, where it is one."""
    hint: Any = Identity
    for part in loc:
        if isinstance(hint, type) and issubclass(hint, BaseModel) and part in hint.model_fields:
            hint = hint.model_fields[part].annotation
        elif get_origin(hint) is tuple:
            hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        return [str(value) for value in get_args(hint)]
    return [str(member.value) for member in hint] if hasattr(hint, "__members__") else []


def _place(places: Places, loc: tuple[str, ...]) -> str:
    for length in range(len(loc), 0, -1):
        if loc[:length] in places:
            return f"{places[loc[:length]]}: `{'.'.join(loc)}`"
    return f"`{'.'.join(loc)}`"
