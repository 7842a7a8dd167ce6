"""Looking into a workspace: the rows and outcomes that count now, a few at a time.

For people and their tools (`inspect`), not for stages: nothing here plans or takes the lock, and
what a run commits meanwhile is seen or not seen as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.packs import Refs
from pipeline.engine.rows import RowReader
from pipeline.engine.stage import Table
from pipeline.engine.view import Current, View, load_view
from pipeline.engine.workspace import Workspace
from pipeline.records import Record

R = TypeVar("R", bound=Record)

Where = Mapping[str, str | Sequence[str]]
"""Column to the value wanted, or to those accepted."""


@dataclass(frozen=True, slots=True)
class UnitOutcome:
    """How one planned unit ended."""

    stage: str
    unit: str
    status: str
    """`kept`, `rejected`, `failed`, or `to do`."""
    code: str
    message: str


def read_table(
    workspace: Workspace, stage: str, record: type[R], where: Where | None = None
) -> list[R]:
    """Current rows of a table, sorted by id; none where the stage was never planned.

    Only the columns in `where` are read of all rows, so a few rows of many cost little.
    """
    view = _view(workspace, stage, record, where or {})
    if view is None:
        return []
    wanted = np.ones(len(view), bool)
    for column, value in (where or {}).items():
        accepted = pa.array([value] if isinstance(value, str) else value, pa.string())
        hit = pc.is_in(view.columns[column], accepted)
        wanted &= np.asarray(hit.to_numpy(), bool)
    return RowReader(workspace.store).rows(view.table, _refs(view, np.flatnonzero(wanted)))


def read_ids(workspace: Workspace, stage: str, record: type[Record], prefix: str = "") -> list[str]:
    """Sorted ids of a table's current rows that begin with `prefix`; reads nothing else."""
    view = _view(workspace, stage, record, {})
    if view is None:
        return []
    found = view.ids.filter(pc.starts_with(view.ids, prefix)).to_pylist()
    return [str(row_id) for row_id in found]


def read_outcome(workspace: Workspace, stage: str, unit: str) -> UnitOutcome | None:
    """The outcome of one unit; None where the last run planned no unit of this id."""
    saved = workspace.saved_plan(stage)
    at = -1 if saved is None else pc.index(saved.unit_ids, unit).as_py()
    if saved is None or at < 0:
        return None
    ledger = workspace.ledger(stage, saved.identity)
    found = ledger.find(saved.keys[at : at + 1])
    rows = ledger.outcomes(found, ["status", "code", "message"]).to_pylist()
    if not rows:
        return UnitOutcome(stage, unit, "to do", "", "no run has come to it yet")
    return UnitOutcome(
        stage, unit, rows[0]["status"], rows[0]["code"] or "", rows[0]["message"] or ""
    )


def _view(workspace: Workspace, stage: str, record: type[Record], where: Where) -> View | None:
    saved = workspace.saved_plan(stage)
    if saved is None:
        return None
    ledger = workspace.ledger(stage, saved.identity)
    current = Current(ledger.files, ledger.find(saved.keys))
    return load_view(workspace.store, Table(stage, record, record), current, list(where))


def _refs(view: View, rows: npt.NDArray[np.int64]) -> Refs:
    """References to these rows, as one unit's."""
    used, file = np.unique(view.file[rows], return_inverse=True)
    return Refs(
        tuple(view.files[i] for i in used),
        np.array([0, len(rows)]),
        file.astype(np.int32),
        view.row[rows],
        view.element[rows],
        view.digests[rows],
    )
