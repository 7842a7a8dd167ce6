"""What is wrong with a recipe, in words that say what would be right."""

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from pipeline.recipe import Identity, Runtime
from pipeline.recipe_text import Location, Places

Problem = tuple[Location, str]

_LONGEST: Final = 80
"""Characters of a wrong value that are shown."""


def fields_of(section: str) -> list[str]:
    """The fields of a section, identity and runtime together; none where it has none."""
    return [*fields(Identity, section), *fields(Runtime, section)]


def fields(model: type[BaseModel], section: str) -> list[str]:
    """The fields of a section in one of the two models; those of every kind it may be."""
    field = model.model_fields.get(section)
    if field is None:
        return []
    found = choices(field.annotation)
    return list(dict.fromkeys(name for choice in found for name in choice.model_fields))


def choices(annotation: Any) -> list[type[BaseModel]]:
    """The settings models that a section may be: one, or one a kind."""
    kinds = [getattr(k, "__origin__", k) for k in get_args(annotation) or (annotation,)]
    return [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]


def unknown_setting(name: str, known: Sequence[str]) -> str:
    """For a top-level name that nothing has: the closest one, or the section that has it."""
    homes = [f"{section}.{name}" for section in known if name in fields_of(section)]
    if homes:
        named = " or ".join(f"`{home}`" for home in homes)
        return f"there is no setting `{name}` outside a section; did you mean {named}?"
    return _unknown("setting", name, known)


def unknown_field(section: str, name: str) -> str:
    """For a name that its section does not have."""
    return _unknown(f"field of `{section}`", name, fields_of(section))


def describe(detail: ErrorDetails) -> Problem:
    """A problem that pydantic found, in our words where they are clearer."""
    location = tuple(str(p) for p in detail["loc"] if p not in ("identity", "runtime"))
    given = detail["input"]
    match detail["type"]:
        case "literal_error" | "enum":
            expected = str(detail.get("ctx", {}).get("expected", "")).split(" or ")
            return location, _not_allowed(given, _allowed(location) or expected)
        case "model_type":
            known = ", ".join(fields_of(location[-1]))
            message = f"is a section and needs fields below it ({known})"
        case "tuple_type":
            message = "needs a list, such as [a, b]"
        case _:
            message = detail["msg"].removeprefix("Value error, ")
    shown = "" if isinstance(given, dict) else f" (got {_short(given)})"
    return location, f"{message}{shown}"


def tell(problems: Sequence[Problem], places: Places) -> list[str]:
    """One line a problem, in the order in which the fields were given."""
    order = {location: place for place, location in enumerate(places)}

    def known(location: Location) -> Location:
        lengths = range(len(location), 0, -1)
        return next((location[:n] for n in lengths if location[:n] in places), ())

    ordered = sorted(problems, key=lambda problem: order.get(known(problem[0]), -1))
    return [_line(places.get(known(at)), at, message) for at, message in ordered]


def _line(place: str | None, location: Location, message: str) -> str:
    name = f"`{'.'.join(location)}`: {message}"
    return f"{place}: {name}" if place else name


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"
    return f"there is no {what} `{name}`; {hint}"


def _not_allowed(given: object, allowed: Sequence[str]) -> str:
    close = difflib.get_close_matches(str(given), allowed, n=1)
    hint = f" (did you mean `{close[0]}`?)" if close else ""
    return f"{_short(given)} is not allowed; use one of {', '.join(allowed)}{hint}"


def _short(given: object) -> str:
    text = repr(given)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _allowed(location: Location) -> list[str]:
    """The values of the Literal or enumeration at a place, where it is one."""
    hint: Any = Identity
    for part in location:
        if isinstance(hint, type) and issubclass(hint, BaseModel) and part in hint.model_fields:
            hint = hint.model_fields[part].annotation
        elif get_origin(hint) is tuple:
            hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        return [str(value) for value in get_args(hint)]
    members: Mapping[str, Any] = getattr(hint, "__members__", {})
    return [str(member.value) for member in members.values()]
