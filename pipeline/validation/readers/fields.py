"""Reading fields of somebody else's row: what has another type is a problem and no crash."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.validation.row import Problem


class Fields:
    """A raw row; problems met while reading it are collected.

    Every method takes the names that a field goes by and reads the first one that is there; a
    null is as good as absent.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def has(self, *names: str) -> bool:
        """Whether one of them is there with a value."""
        return self._first(names)[1] is not None

    def text(self, *names: str, needed: bool = False) -> str | None:
        """A text; a number is one, too."""
        name, value = self._first(names)
        if value is None:
            if needed:
                self.problems.append(Problem("missing", f"it has no `{names[0]}`"))
            return None
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"{value}"
        self._wrong(name, value, "a text")
        return None

    def number(self, *names: str) -> float | None:
        """A number, also one that is written as text."""
        name, value = self._first(names)
        if value is None:
            return None
        found = as_number(value)
        if found is None:
            self._wrong(name, value, "a number")
        return found

    def whole(self, *names: str) -> int | None:
        """A whole number."""
        found = self.number(*names)
        return int(found) if found is not None and math.isfinite(found) else None

    def texts(self, *names: str) -> tuple[str, ...] | None:
        """A list of texts; a single text is a list of one."""
        name, value = self._first(names)
        if value is None:
            return None
        items = [value] if isinstance(value, str) else value
        if isinstance(items, Sequence) and all(isinstance(item, str) for item in items):
            return tuple(items)
        self._wrong(name, value, "a list of texts")
        return None

    def items(self, *names: str) -> list[Any] | None:
        """A list of whatever; a single thing is a list of one."""
        _, value = self._first(names)
        if value is None:
            return None
        return list(value) if isinstance(value, list | tuple) else [value]

    def records(self, *names: str) -> "list[Fields] | None":
        """A list of records, whose problems are this row's."""
        name, value = self._first(names)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self._wrong(name, value, "a list of records")
            return None
        return [self._inner(item) for item in value]

    def record(self, *names: str) -> "Fields | None":
        """A record, whose problems are this row's."""
        name, value = self._first(names)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._wrong(name, value, "a record")
            return None
        return self._inner(value)

    def _inner(self, raw: Mapping[str, Any]) -> "Fields":
        inner = Fields(raw)
        inner.problems = self.problems
        return inner

    def _first(self, names: Sequence[str]) -> tuple[str, Any]:
        for name in names:
            value = self.raw.get(name)
            if value is not None:
                return name, value
        return names[0], None

    def _wrong(self, name: str, value: Any, wanted: str) -> None:
        told = f"`{name}` is {type(value).__name__}, not {wanted}"
        self.problems.append(Problem("wrong_type", told))


def as_number(value: Any) -> float | None:
    """A number as it is or as text; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def numbers(value: Any) -> tuple[float, ...] | None:
    """A flat list of numbers, or None."""
    if not isinstance(value, list | tuple):
        return None
    found = [as_number(item) for item in value]
    return None if None in found else tuple(n for n in found if n is not None)
