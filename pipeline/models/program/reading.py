"""Reading: what a text says about moments, from its words alone.

Understands any writer's sentences of the form "at 3.4 seconds a car on the left": a time holds
until the next one, a place belongs to the object before it, a relation to those around it.
Whatever else a text says is not read, and so neither confirmed nor denied.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, cast

from pipeline.models.coco import LABELS, many
from pipeline.models.program.observations import Side

_SIDES: Final = {"on the left": "left", "in the centre": "centre", "on the right": "right"}
_RELATIONS: Final = ("to the left of", "to the right of", "apart from", "overlapping")


@dataclass(frozen=True, slots=True)
class Statement:
    """That an object is there, at a moment, in a place, in a relation: as far as it is said."""

    seconds: float | None
    label: str
    plural: bool
    side: Side | None = None
    relation: str | None = None
    other: str | None = None
    """The label that the relation is to."""


def read(text: str) -> list[Statement]:
    """The statements of a text, in its order."""
    found: list[Statement] = []
    now: float | None = None
    pending: str | None = None
    for match in _pattern().finditer(text):
        word = match.group(0).casefold()
        if match["time"]:
            now, pending = float(match["time"]), None
        elif match["side"]:
            if found and found[-1].seconds in (now, None):
                found[-1] = replace(found[-1], seconds=now, side=cast(Side, _SIDES[word]))
            elif found:
                # "the person is on the left at first, at 3 seconds on the right"
                found.append(replace(found[-1], seconds=now, side=cast(Side, _SIDES[word])))
        elif match["relation"]:
            pending = word if found else None
            if found and found[-1].seconds != now:
                found.append(Statement(now, found[-1].label, plural=False))
        else:
            label, plural = _forms()[word]
            if pending is not None:
                found[-1] = replace(found[-1], relation=pending, other=label)
                pending = None
            else:
                found.append(Statement(now, label, plural))
    return found


def labels(statements: Sequence[Statement]) -> list[str]:
    """The labels that are spoken of, in order, none twice."""
    named = (name for s in statements for name in (s.label, s.other) if name is not None)
    return list(dict.fromkeys(named))


def times(text: str) -> list[float]:
    """The times that a text tells, in its order."""
    return [float(match["time"]) for match in _pattern().finditer(text) if match["time"]]


@cache
def _forms() -> dict[str, tuple[str, bool]]:
    plurals = {many(label).casefold(): (label, True) for label in LABELS.values()}
    return plurals | {label: (label, False) for label in LABELS.values()}


@cache
def _pattern() -> re.Pattern[str]:
    # Longest first: `traffic light` before a word that is a part of it.
    names = "|".join(map(re.escape, sorted(_forms(), key=len, reverse=True)))
    return re.compile(
        rf"\b(?:(?P<time>\d+(?:\.\d+)?) seconds|(?P<side>{'|'.join(_SIDES)})"
        rf"|(?P<relation>{'|'.join(_RELATIONS)})|(?P<label>{names}))\b",
        re.IGNORECASE,
    )
