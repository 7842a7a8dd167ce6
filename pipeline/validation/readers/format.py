"""What a reader of one format is, and what all of them are told of a row's place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.validation.readers.fields import Fields
from pipeline.validation.row import Row


class Place(NamedTuple):
    """Where a row stands."""

    ordinal: int
    name: str
    """File and number, `train.json:12`."""
    split: str | None
    """What the file's name says."""
    key: str | None
    """The row's name, where the file is an object of rows."""


class Sign(NamedTuple):
    """What tells a format: the first row's fields, and the file's suffix."""

    row: Mapping[str, Any]
    suffix: str

    def has(self, *names: str) -> bool:
        """All of these fields, with a value or not."""
        return all(name in self.row for name in names)

    def any(self, *names: str) -> bool:
        """One of these fields."""
        return any(name in self.row for name in names)


@dataclass(frozen=True)
class Format:
    """One format of datasets."""

    name: str
    what: str
    """Whose files these are, for the documentation."""
    fits: Callable[[Sign], bool]
    read: Callable[[Fields, Place], Row] | None
    """None: its rows are neither samples nor questions; its files are checked, and no more."""
    named: bool = True
    """A user may say that files are of it."""
