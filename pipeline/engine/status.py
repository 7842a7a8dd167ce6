"""How far a workspace is, read from its saved plans and parts; takes no lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.events import Counts
from pipeline.engine.ledger import STATUSES
from pipeline.engine.parts import FAILED, REJECTED
from pipeline.engine.planner import count
from pipeline.engine.workspace import Workspace
from pipeline.errors import StorageError

TRIES: Final = 3
"""Of reading a stage that a run compacts at the same time."""


@dataclass(frozen=True)
class Problem:
    """A unit that was rejected or failed, and why."""

    unit: str
    status: str
    code: str
    message: str


@dataclass(frozen=True)
class StageStatus:
    """One stage of the last run."""

    name: str
    counts: Counts
    seconds: float
    tokens: int
    cost_usd: float
    problems: tuple[Problem, ...]
    """The first few, by unit id."""


def status(workspace: Workspace, stages: Sequence[str], problems: int) -> list[StageStatus]:
    """The stages that were planned so far, in the order given."""
    found = (_stage(workspace, name, problems) for name in stages)
    return [entry for entry in found if entry is not None]


def _stage(workspace: Workspace, name: str, limit: int) -> StageStatus | None:
    """One stage, read again where a run merged the parts away that were being read."""
    for _ in range(TRIES - 1):
        try:
            return _read(workspace, name, limit)
        except StorageError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
    return _read(workspace, name, limit)


def _read(workspace: Workspace, name: str, limit: int) -> StageStatus | None:
    plan = workspace.saved_plan(name)
    if plan is None:
        return None
    ledger = workspace.ledger(name, plan.identity)
    found = ledger.find(plan.keys)
    spent = ledger.outcomes(found, ["seconds", "tokens_in", "tokens_out", "cost_usd"])
    bad = (found.status == STATUSES.index(FAILED)) | (found.status == STATUSES.index(REJECTED))
    rows = ledger.outcomes(found.only(bad), ["unit_id", "status", "code", "message"])
    listed = rows.sort_by("unit_id").slice(0, limit).to_pylist() if rows.num_rows else []
    return StageStatus(
        name=name,
        counts=count(ledger, found),
        seconds=_sum(spent, "seconds"),
        tokens=int(_sum(spent, "tokens_in") + _sum(spent, "tokens_out")),
        cost_usd=_sum(spent, "cost_usd"),
        problems=tuple(
            Problem(row["unit_id"], row["status"], row["code"], row["message"]) for row in listed
        ),
    )


def _sum(table: pa.Table, column: str) -> float:
    return float(pc.sum(table[column]).as_py() or 0)
