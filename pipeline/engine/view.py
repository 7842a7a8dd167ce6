"""A table as planning sees it: ids, hashes, a few small columns, and where each row lies.

Nothing here reads a caption or a vector; a row costs a few dozen bytes of the driver's memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.engine.columns import arrow_type, combine_hashes, hints, table_name
from pipeline.engine.ledger import STATUSES, Found
from pipeline.engine.parts import FAILED
from pipeline.engine.stage import Table
from pipeline.engine.store import Store, storage_errors


@dataclass(frozen=True)
class Current:
    """The outcomes of a stage that count now: its planned units, found in its ledger."""

    files: Sequence[str]
    found: Found


@dataclass(frozen=True)
class View:
    """The rows of one table, sorted by id, no id twice."""

    table: Table[Any]
    files: Sequence[str]
    ids: pa.StringArray
    columns: pa.Table
    """What splits and lookups read."""
    digests: npt.NDArray[np.uint64]
    """One a row, over the columns that the view declares and that enter keys."""
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    """The unit's row in the file."""
    element: npt.NDArray[np.int32]
    """The place in the unit's list of rows of this table."""

    def __len__(self) -> int:
        return len(self.digests)


def load_view(store: Store, table: Table[Any], current: Current, planning: Sequence[str]) -> View:
    """Read ids, hashes and the `planning` columns of all rows of the current outcomes."""
    name = table_name(table.record)
    hashed = list(table.keyed_columns)
    values = sorted({"id", *planning})
    wanted = [f"{name}.list.element.{c}" for c in values]
    wanted += [f"{name}_hash.list.element.{c}" for c in hashed]
    chunks = [
        _read_file(store, current, index, name, wanted, values, hashed)
        for index in np.unique(current.found.file[current.found.file >= 0])
    ]
    rows = pa.concat_tables(chunks) if chunks else _no_rows(table, values)
    rows = _unique_by_id(rows)
    return View(
        table=table,
        files=current.files,
        ids=rows["id"].combine_chunks(),
        columns=rows.select(values),
        digests=rows["#digest"].to_numpy(),
        file=rows["#file"].to_numpy(),
        row=rows["#row"].to_numpy(),
        element=rows["#element"].to_numpy(),
    )


def _read_file(
    store: Store,
    current: Current,
    index: int,
    name: str,
    wanted: list[str],
    values: list[str],
    hashed: list[str],
) -> pa.Table:
    path = store.path(current.files[index])
    with storage_errors("read", path):
        file = pq.ParquetFile(path).read(columns=wanted)
    here = current.found.file == index
    counts = here & (current.found.status != STATUSES.index(FAILED))
    # The place of each unit in the plan decides between two rows of one id.
    rank = np.full(file.num_rows, -1, np.int64)
    rank[current.found.row[counts]] = np.flatnonzero(counts)

    lists = file[name].combine_chunks()
    parents = pc.list_parent_indices(lists).to_numpy()
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy()
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    element = np.arange(len(parents)) - starts
    keep = pa.array(np.flatnonzero(rank[parents] >= 0))

    struct = lists.flatten()
    hashes = file[f"{name}_hash"].combine_chunks().flatten()
    digests = combine_hashes([_leaf(hashes, c).to_numpy() for c in hashed])
    out = {c: _leaf(struct, c) for c in values}
    out["#digest"] = pa.array(digests)
    out["#file"] = pa.array(np.full(len(parents), index, np.int32))
    out["#row"] = pa.array(parents.astype(np.int32))
    out["#element"] = pa.array(element.astype(np.int32))
    out["#rank"] = pa.array(rank[parents])
    return pa.table(out).take(keep)


def _leaf(struct: pa.StructArray, name: str) -> pa.Array:
    return pc.struct_field(struct, name)


def _no_rows(table: Table[Any], values: list[str]) -> pa.Table:
    types = {c: arrow_type(hints(table.record)[c]) for c in values}
    types |= {"#digest": pa.uint64(), "#file": pa.int32(), "#row": pa.int32()}
    types |= {"#element": pa.int32(), "#rank": pa.int64()}
    return pa.table({n: pa.array([], t) for n, t in types.items()})


def _unique_by_id(rows: pa.Table) -> pa.Table:
    keys = [("id", "ascending"), ("#rank", "ascending"), ("#element", "ascending")]
    rows = rows.take(pc.sort_indices(rows, sort_keys=keys)).combine_chunks()
    ids = rows["id"].combine_chunks()
    first = np.ones(len(ids), bool)
    if len(ids) > 1:
        first[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    return rows if first.all() else rows.filter(pa.array(first))
