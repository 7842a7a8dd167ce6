"""The groups that a recipe's questions are written from; a helper, not a stage."""

from typing import TypeVar

from pipeline.engine.stage import Table
from pipeline.recipe import GROUPING, Identity
from pipeline.records import Group, Record

V = TypeVar("V", bound=Record)


def groups(identity: Identity, view: type[V]) -> Table[V]:
    """The groups of the stage that writes them in this recipe, read as this view."""
    return Table(GROUPING[identity.recipe], Group, view)
