"""A recipe's YAML as plain data, with the place where each field was given."""

from collections.abc import Iterator
from typing import Any

import yaml

from pipeline.errors import RecipeError
from pipeline.storage.files import read_bytes
from pipeline.storage.place import Place

Location = tuple[str, ...]
"""The names that lead to a field: `("captioner", "batch_size")`."""

Places = dict[Location, str]
"""Where each field was given, a line of the file or a `--set`, in that order."""


def read(path: Place) -> tuple[dict[str, Any], Places]:
    """The settings of a recipe file, not yet checked.

    Raises:
        RecipeError: it cannot be read, is no YAML mapping, or gives a field twice.
    """
    try:
        text = read_bytes(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"cannot read recipe {path}: {error}") from error
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
        places = dict(_places(root, (), path)) if root else {}
    except yaml.YAMLError as error:
        line = _line(error)
        where = f"recipe {path}, line {line}:" if line else f"recipe {path}"
        raise RecipeError(f"{where} is no valid YAML: {_reason(error)}") from error
    except RecursionError:
        raise RecipeError(f"recipe {path} is nested too deeply, or an alias holds itself") from None
    if root is None:
        return {}, {}
    if not isinstance(data, dict):
        raise RecipeError(f"recipe {path} must be a mapping of settings, such as `name: demo`")
    return data, places


def override(data: dict[str, Any], places: Places, text: str) -> None:
    """Apply one `section.field=value`, the value being YAML.

    Raises:
        RecipeError: it is not written so.
    """
    name, equals, written = text.partition("=")
    if not equals or not name.strip():
        raise RecipeError(f"--set {text}: write it as section.field=value")
    try:
        value = yaml.safe_load(written)
    except yaml.YAMLError as error:
        reason = _reason(error)
        raise RecipeError(f"--set {text}: the value is no valid YAML: {reason}") from error
    *sections, field = name.strip().split(".")
    inner = data
    for section in sections:
        if inner.get(section) is None:
            inner[section] = {}
        if not isinstance(inner[section], dict):
            raise RecipeError(f"--set {text}: `{section}` has no fields")
        inner = inner[section]
    inner[field] = value
    at = (*sections, field)
    for replaced in [location for location in places if location[: len(at)] == at]:
        del places[replaced]
    for length in range(1, len(at) + 1):
        places.setdefault(at[:length], f"--set {text}")


def _places(node: yaml.Node, at: Location, path: Place) -> Iterator[tuple[Location, str]]:
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


def _line(error: yaml.YAMLError) -> int | None:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return mark.line + 1 if mark else None


def _reason(error: yaml.YAMLError) -> str:
    """What is wrong in one line; the library draws a picture over several."""
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return problem or " ".join(str(error).split())
