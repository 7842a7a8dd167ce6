"""Checking: whether a moment shows what a statement says, from its boxes anew."""

from collections.abc import Sequence
from typing import Final

from pipeline.models.program.observations import Moment, centre_x, distinct
from pipeline.models.program.reading import Statement
from pipeline.records import Bbox

_SIDES: Final = {"left": (0.0, 0.42), "centre": (0.38, 0.62), "right": (0.58, 1.0)}
"""Where the centre may be for a side to be right: wider than where a writer may say so."""


def holds(said: Statement, moment: Moment) -> bool:
    """Whether a moment shows what a statement says, its time aside."""
    found = moment.of(said.label)
    if said.plural and len(distinct(found)) < 2:
        return False
    if said.side is not None:
        low, high = _SIDES[said.side]
        found = tuple(o for o in found if low <= centre_x(o.bbox) <= high)
    if said.relation is not None and said.other is not None:
        others = moment.of(said.other)
        return any(_related(said.relation, a.bbox, b.bbox) for a in found for b in others)
    return bool(found)


def _related(relation: str, a: Bbox, b: Bbox) -> bool:
    gap = max(a[0], b[0]) - min(a[2], b[2])
    match relation:
        case "to the left of":
            return centre_x(a) < centre_x(b)
        case "to the right of":
            return centre_x(a) > centre_x(b)
        case "apart from":
            return gap > 0
        case _:
            return gap < 0


def sufficient(said: Sequence[Statement], moments: Sequence[Moment]) -> Moment | None:
    """A moment that alone bears out all statements, their times aside, if there is one."""
    return next((m for m in moments if all(holds(statement, m) for statement in said)), None)
