"""A table as planning sees it: ids, hashes, a few small columns, and where each row lies.

Nothing here reads a caption or a vector; a row costs a few dozen bytes of the driver's memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.engine.columns import arrow_type, combine_hashes, hints, merged, one_chunk, table_name
from pipeline.engine.ledger import BATCH, STATUSES, Found
from pipeline.engine.parts import FAILED
from pipeline.engine.stage import Table
from pipeline.errors import WorkspaceFormatError
from pipeline.store import Place, Store, storage_errors


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
    # In the order of their first units the files mostly come sorted, and nothing is copied.
    files, first = np.unique(current.found.file, return_index=True)
    chunks = [
        chunk
        for index in files[np.argsort(first)]
        if index >= 0
        for chunk in _read_file(store, current, int(index), name, values, hashed)
    ]
    rows = _unique_by_id(merged(chunks) if chunks else _no_rows(table, values))
    return View(
        table=table,
        files=current.files,
        ids=one_chunk(rows["id"]),
        columns=rows.select(values),
        digests=rows["#digest"].to_numpy(),
        file=rows["#file"].to_numpy(),
        row=rows["#row"].to_numpy(),
        element=rows["#element"].to_numpy(),
    )


def _read_file(
    store: Store, current: Current, index: int, name: str, values: list[str], hashed: list[str]
) -> Iterator[pa.Table]:
    path = store.where(current.files[index])
    wanted = [f"{name}.list.element.{c}" for c in values]
    wanted += [f"{name}_hash.list.element.{c}" for c in hashed]
    here = current.found.file == index
    counts = here & (current.found.status != STATUSES.index(FAILED))
    with storage_errors("read", path):
        file = pq.ParquetFile(store.source(current.files[index]), pre_buffer=False)
    _check_columns(file.schema_arrow, name, {*values, *hashed}, path)
    # The place of each unit in the plan decides between two rows of one id.
    rank = np.full(file.metadata.num_rows, -1, np.int32)
    rank[current.found.row[counts]] = np.flatnonzero(counts)
    unit = 0
    for batch in file.iter_batches(BATCH, columns=wanted, use_threads=False):
        yield _rows(batch, rank[unit : unit + len(batch)], index, unit, name, values, hashed)
        unit += len(batch)


def _check_columns(schema: pa.Schema, name: str, columns: set[str], path: Place) -> None:
    """Refuse rows of another shape, which only a run that plans their stage makes anew.

    Raises:
        WorkspaceFormatError: another version of the stage wrote the file.
    """
    there = {f.name for f in schema.field(name).type.value_type} if name in schema.names else set()
    if missing := sorted(columns - there):
        raise WorkspaceFormatError(
            f"{path} was written by another version of demitasse: its table {name} lacks "
            f"{', '.join(missing)}; a run without --from makes it anew"
        )


def _rows(
    batch: pa.RecordBatch,
    rank: npt.NDArray[np.int32],
    index: int,
    unit: int,
    name: str,
    values: list[str],
    hashed: list[str],
) -> pa.Table:
    lists = batch[name]
    parents = pc.list_parent_indices(lists).to_numpy().astype(np.int32)
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy()
    starts = np.cumsum(lengths, dtype=np.int32) - lengths.astype(np.int32)
    struct, hashes = lists.flatten(), batch[f"{name}_hash"].flatten()
    out = {c: pc.struct_field(struct, c) for c in values}
    out["#digest"] = pa.array(
        combine_hashes([pc.struct_field(hashes, c).to_numpy() for c in hashed])
    )
    out["#file"] = pa.array(np.full(len(parents), index, np.int32))
    out["#row"] = pa.array(parents + np.int32(unit))
    out["#element"] = pa.array(np.arange(len(parents), dtype=np.int32) - starts[parents])
    out["#rank"] = pa.array(rank[parents])
    keep = rank[parents] >= 0
    return pa.table(out) if keep.all() else pa.table(out).filter(pa.array(keep))


def _no_rows(table: Table[Any], values: list[str]) -> pa.Table:
    types = {c: arrow_type(hints(table.record)[c]) for c in values}
    types |= {"#digest": pa.uint64(), "#file": pa.int32(), "#row": pa.int32()}
    types |= {"#element": pa.int32(), "#rank": pa.int32()}
    return pa.table({n: pa.array([], t) for n, t in types.items()})


def _unique_by_id(rows: pa.Table) -> pa.Table:
    """Sorted by id; of two rows of one id, that of the unit which is planned first."""
    if not strictly_increasing(one_chunk(rows["id"])):
        keys = [("id", "ascending"), ("#rank", "ascending"), ("#element", "ascending")]
        rows = rows.take(pc.sort_indices(rows, sort_keys=keys)).combine_chunks()
        ids = one_chunk(rows["id"])
        first = np.ones(len(ids), bool)
        first[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
        rows = rows.filter(pa.array(first)).combine_chunks()
    return rows


def strictly_increasing(values: pa.StringArray) -> bool:
    """Whether the values are sorted and none stands twice."""
    if len(values) < 2:
        return True
    return bool(pc.all(pc.greater(values[1:], values[:-1])).as_py())
