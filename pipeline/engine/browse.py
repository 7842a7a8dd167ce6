"""Looking into a workspace: the rows and outcomes that count now, a few at a time.

For people and their tools (`inspect`, `report`), not for stages: nothing here plans or takes the
lock, and what a run commits meanwhile is seen or not seen as a whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.ledger import STATUSES
from pipeline.engine.packs import Refs
from pipeline.engine.parts import KEPT
from pipeline.engine.rows import LazyRows, RowReader
from pipeline.engine.stage import Table
from pipeline.engine.view import Current, View, load_view
from pipeline.engine.workspace import Workspace
from pipeline.records import Record

R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=Record)

_BATCH = 1024

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
    view = _view(workspace, Table(stage, record, record), where or {})
    if view is None:
        return []
    wanted = np.ones(len(view), bool)
    for column, value in (where or {}).items():
        accepted = pa.array([value] if isinstance(value, str) else value, pa.string())
        hit = pc.is_in(view.columns[column], accepted)
        wanted &= np.asarray(hit.to_numpy(), bool)
    return RowReader(workspace.store).rows(view.table, _refs(view, np.flatnonzero(wanted)))


def scan_table(
    workspace: Workspace, stage: str, record: type[Record], columns: type[V]
) -> Iterator[V]:
    """All current rows of a table, a stretch in memory at a time, in the order in which they lie.

    Args:
        columns: a view of the table with those that are wanted; no other is read.
    """
    view = _view(workspace, Table(stage, record, columns), {})
    if view is not None:
        order = np.lexsort((view.element, view.row, view.file))
        yield from LazyRows(RowReader(workspace.store), view.table, _refs(view, order))


def read_ids(workspace: Workspace, stage: str, record: type[Record], prefix: str = "") -> list[str]:
    """Sorted ids of a table's current rows that begin with `prefix`; reads nothing else."""
    view = _view(workspace, Table(stage, record, record), {})
    if view is None:
        return []
    found = view.ids.filter(pc.starts_with(view.ids, prefix)).to_pylist()
    return [str(row_id) for row_id in found]


def read_outcome(workspace: Workspace, stage: str, unit: str) -> UnitOutcome | None:
    """The outcome of one unit; None where the last run planned no unit of this id."""
    found = read_outcomes(workspace, stage, [unit])
    return found[0] if found else None


def read_outcomes(workspace: Workspace, stage: str, units: Sequence[str]) -> list[UnitOutcome]:
    """The outcomes of these units, sorted by id; of none that the last run did not plan."""
    saved = workspace.saved_plan(stage)
    if saved is None:
        return []
    planned = pc.is_in(saved.unit_ids, pa.array(units, pa.string()))
    keys, names = saved.keys.filter(planned), saved.unit_ids.filter(planned).to_pylist()
    ledger = workspace.ledger(stage, saved.identity)
    rows = ledger.outcomes(ledger.find(keys), ["unit_id", "status", "code", "message"]).to_pylist()
    ended = {row["unit_id"]: _outcome(stage, row) for row in rows}
    waits = ("to do", "", "no run has come to it yet")
    return [ended.get(name) or UnitOutcome(stage, name, *waits) for name in names]


def read_problems(workspace: Workspace, stage: str) -> Iterator[UnitOutcome]:
    """The units that the last run planned and that were rejected or failed, in no order."""
    saved = workspace.saved_plan(stage)
    if saved is None:
        return
    ledger = workspace.ledger(stage, saved.identity)
    found = ledger.find(saved.keys)
    bad = (found.status >= 0) & (found.status != STATUSES.index(KEPT))
    rows = ledger.outcomes(found.only(bad), ["unit_id", "status", "code", "message"])
    for batch in rows.to_batches(max_chunksize=_BATCH):
        yield from (_outcome(stage, row) for row in batch.to_pylist())


def _outcome(stage: str, row: Mapping[str, str | None]) -> UnitOutcome:
    status, code, message = (row[name] or "" for name in ("status", "code", "message"))
    return UnitOutcome(stage, row["unit_id"] or "", status, code, message)


def _view(workspace: Workspace, table: Table[V], where: Where) -> View | None:
    saved = workspace.saved_plan(table.stage)
    if saved is None:
        return None
    ledger = workspace.ledger(table.stage, saved.identity)
    current = Current(ledger.files, ledger.find(saved.keys))
    return load_view(workspace.store, table, current, list(where))


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
