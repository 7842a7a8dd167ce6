"""Planning a stage: which units there are, what each reads, which key that gives it.

Everything is done on whole columns; the only loop over units is the one that hashes keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.columns import one_chunk
from pipeline.engine.keys import stage_identity, unit_keys
from pipeline.engine.ledger import Found
from pipeline.engine.stage import Lookup, Stage, Table
from pipeline.engine.view import View, strictly_increasing

Ints = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class UnitRows:
    """Which rows of one table each unit reads: unit `i` has `rows[offsets[i]:offsets[i+1]]`."""

    view: View
    offsets: npt.NDArray[np.int64]
    rows: Ints
    """Indices into the view, sorted by id within a unit."""


@dataclass(frozen=True)
class Plan:
    """The units of a stage in the order of their ids."""

    stage: Stage
    identity: str
    unit_ids: pa.StringArray
    keys: pa.FixedSizeBinaryArray
    tables: tuple[UnitRows, ...]

    def __len__(self) -> int:
        return len(self.unit_ids)


@dataclass(frozen=True)
class Work:
    """A plan against the ledger: what is there and what is to be done."""

    plan: Plan
    found: Found
    todo: npt.NDArray[np.int64]
    """Indices of the units to send, in order."""


def planning_columns(stage: Stage, table: Table[Any]) -> set[str]:
    """The columns of a table that splitting and joining need."""
    columns = set(stage.split.columns) if table is stage.primary else set()
    for lookup in stage.lookups:
        if lookup.table is table:
            columns.add(lookup.key)
        if lookup.parent is table.view:
            columns.add(lookup.column)
    return columns


def make_plan(stage: Stage, views: Sequence[View]) -> Plan:
    """The plan of a stage over the views of its tables, in the order of `stage.tables`."""
    primary = views[0]
    member_ids, member_rows = stage.split.assign(primary.columns)
    unit_ids, codes = _distinct(member_ids)

    pairs: dict[type, tuple[Ints, Ints, View]] = {primary.table.view: (codes, member_rows, primary)}
    for lookup, view in zip(stage.lookups, views[1:], strict=False):
        pairs[view.table.view] = (*_join(lookup, pairs[lookup.parent], view), view)
    for view in views[1 + len(stage.lookups) :]:
        n = len(view) if len(unit_ids) else 0
        pairs[view.table.view] = (np.zeros(n, np.int64), np.arange(n), view)

    tables = tuple(_by_unit(*pair, len(unit_ids)) for pair in pairs.values())
    identity = stage_identity(stage)
    keys = unit_keys(identity, unit_ids, [_sorted_digests(t) for t in tables])
    return Plan(stage, identity, unit_ids, keys, tables)


def _distinct(member_ids: pa.StringArray) -> tuple[pa.StringArray, Ints]:
    """The sorted unit ids, and for every membership the index of its unit."""
    if strictly_increasing(member_ids):
        return member_ids, np.arange(len(member_ids), dtype=np.int32)
    encoded = pc.dictionary_encode(member_ids)
    names = encoded.dictionary
    order = pc.sort_indices(names).to_numpy()
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return names.take(pa.array(order)), rank[encoded.indices.to_numpy()]


def _join(lookup: Lookup, parent: tuple[Ints, Ints, View], child: View) -> tuple[Ints, Ints]:
    """Pairs of unit and child row where the child's key matches the parent's column."""
    units, parents, view = parent
    values = one_chunk(view.columns[lookup.column]).take(pa.array(parents))
    if pa.types.is_list(values.type):
        units = units[pc.list_parent_indices(values).to_numpy()]
        values = values.flatten()

    keys = one_chunk(child.columns[lookup.key])
    order = pc.sort_indices(keys).to_numpy()
    runs = pc.run_end_encode(keys.take(pa.array(order)))
    ends = runs.run_ends.to_numpy().astype(np.int64)
    starts = np.concatenate([np.zeros(min(1, len(ends)), np.int64), ends[:-1]])

    at = pc.index_in(values, runs.values).fill_null(-1).to_numpy(zero_copy_only=False)
    units, at = units[at >= 0], at[at >= 0].astype(np.int64)
    lengths = ends[at] - starts[at]
    skip = np.repeat(np.cumsum(lengths) - lengths, lengths)
    within = np.arange(lengths.sum()) - skip
    return np.repeat(units, lengths), order[np.repeat(starts[at], lengths) + within].astype(
        np.int64
    )


def _by_unit(units: Ints, rows: Ints, view: View, count: int) -> UnitRows:
    """Group pairs by unit; a row that joined a unit twice is read once."""
    if len(units) > 1 and not (units[1:] > units[:-1]).all():
        pairs = np.unique(units.astype(np.int64) * max(1, len(view)) + rows)
        units, rows = np.divmod(pairs, max(1, len(view)))
    elif len(units) == count:
        return UnitRows(view, np.arange(count + 1), rows)
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(units, minlength=count), out=offsets[1:])
    return UnitRows(view, offsets, rows)


def _sorted_digests(table: UnitRows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    digests = table.view.digests[table.rows]
    lengths = np.diff(table.offsets)
    if (lengths > 1).any():
        units = np.repeat(np.arange(len(lengths)), lengths)
        digests = digests[np.lexsort((digests, units))]
    return table.offsets, digests
