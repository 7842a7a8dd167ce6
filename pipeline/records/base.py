"""What all records are made of: frozen values with a hashed and an unhashed kind of column."""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, NewType, TypeVar, dataclass_transform

from pydantic import ConfigDict

T = TypeVar("T")

Float32 = NewType("Float32", float)
"""A number stored with 32 bits (embedding components)."""

Status = Literal["kept", "rejected", "failed"]
"""How a unit ended."""

Bbox = tuple[float, float, float, float]
"""`[x1, y1, x2, y2]`, normalised to the displayed frame."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """Make a frozen, slotted, keyword-only dataclass: the form of every value in a table."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


class Record:
    """Base of every table's class and of the views that stages declare over them."""

    __slots__ = ()
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        use_attribute_docstrings=True, extra="forbid"
    )
    UNHASHED: ClassVar[frozenset[str]] = frozenset()


def check_bbox(bbox: Bbox) -> None:
    """Refuse a box that is not inside the frame or has no area.

    Raises:
        ValueError: the four numbers are no box in the project's convention.
    """
    x1, y1, x2, y2 = bbox
    if not all(math.isfinite(v) for v in bbox) or not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise ValueError(f"{bbox} is not [x1, y1, x2, y2] within 0..1 with x1 < x2 and y1 < y2")


@record
class Pair(Record):
    """One free column of `videos.csv`."""

    key: str
    value: str
