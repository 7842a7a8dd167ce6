"""What stages read of the route that a question is about; a helper, not a stage.

Only a recipe that asks about routes has these lookups, so no unit of another recipe depends on
them.
"""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.engine.stage import Lookup, Table, Unit
from pipeline.models.program.routes.kinds import opposite
from pipeline.recipe import Identity
from pipeline.records import Question, Record, Route, RoutePath, record
from pipeline.tasks import Task

ORDERS: Final = "options/ego_st_program"
"""The prompt that says how false orders are made: options are the program's, whoever writes."""
_PATH: Final = TypeAdapter(RoutePath)


@record
class Travelled(Record):
    """The route of a group."""

    id: str
    path: RoutePath


@record
class OfTheSameRoute(Record):
    """Every question about the route, among them the opposite one."""

    id: str
    task: Task
    question: str
    answer: str


def route_lookup(
    identity: Identity, parent: type, column: str, key: str = "id"
) -> tuple[Lookup, ...]:
    """The route of a question's group, in a recipe that asks about routes."""
    if identity.recipe != "ego_st":
        return ()
    return (Lookup(Table("routes", Route, Travelled), key, parent, column),)


def opposite_lookup(identity: Identity, parent: type) -> tuple[Lookup, ...]:
    """The other questions about the route."""
    if identity.recipe != "ego_st":
        return ()
    return (Lookup(Table("questions", Question, OfTheSameRoute), "group", parent, "group"),)


def route_input(unit: Unit) -> dict[str, Any]:
    """The route as prompts get it; nothing where the recipe has none."""
    rows = unit.rows.get(Travelled, ())
    return {"route": path_json(rows[0].path)} if rows else {}


def frames_to_cite(unit: Unit, most: int) -> int:
    """Frames that evidence may cite: of a route at least each step's, and a landmark of each."""
    rows = unit.rows.get(Travelled, ())
    return max(most, *(2 * len(row.path.steps) for row in rows)) if rows else most


def path_json(path: RoutePath) -> Any:
    """A route as plain values."""
    return _PATH.dump_python(path, mode="json")


def opposite_input(unit: Unit, task: Task) -> dict[str, Any]:
    """The opposite question with its answer, as prompts get it."""
    twin = _opposite(unit, task)
    return {"opposite": {"question": twin.question, "answer": twin.answer}} if twin else {}


def unthought(unit: Unit, task: Task, answer: str, claims: Sequence[str]) -> str | None:
    """Why this is no reverse thinking, in one sentence; None where it is, or none is asked for.

    Args:
        answer: the one that counts, to which the last claim comes.
    """
    twin = _opposite(unit, task)
    if twin is None:
        return None
    if not claims or twin.question not in claims[0]:
        return (
            "the first claim does not repeat the opposite question, which is to be answered first"
        )
    if not _says(claims[0], twin.answer):
        return f"the first claim does not give the opposite question's answer: {twin.answer!r}"
    if not _says(claims[-1], answer):
        return f"the last claim does not come to the answer: {answer!r}"
    return None


def _says(claim: str, answer: str) -> bool:
    """Whether a sentence holds an answer, whose capital and full stop count for nothing."""
    return _bare(answer) in _bare(claim)


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _opposite(unit: Unit, task: Task) -> OfTheSameRoute | None:
    others = unit.rows.get(OfTheSameRoute, ())
    return next((row for row in others if row.task is opposite(task)), None)
