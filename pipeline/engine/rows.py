"""Reading the rows that a pack refers to: the worker's side of planning.

Of each file only the row groups and the view's columns that are needed are read. Consecutive
packs mostly read the same row groups, so the last few stay in memory.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.engine.columns import from_arrow, table_name
from pipeline.engine.packs import Pack, Refs
from pipeline.engine.stage import Stage, Table, Unit
from pipeline.store import Store, storage_errors

CACHE_BYTES = 64 << 20


@dataclass(frozen=True)
class _Group:
    """The nested rows of one row group: unit `i` has `rows[offsets[i]:offsets[i+1]]`."""

    offsets: npt.NDArray[np.int64]
    rows: pa.StructArray


_READING = threading.Lock()
"""An actor reads the next packs in threads of their own, over one cache."""


@dataclass
class RowReader:
    """Reads rows by reference, with a bounded cache of row groups."""

    store: Store
    _groups: OrderedDict[tuple[str, int, type], _Group] = field(default_factory=OrderedDict)
    _starts: OrderedDict[str, npt.NDArray[np.int64]] = field(default_factory=OrderedDict)
    _held: int = 0

    def units(self, stage: Stage, pack: Pack) -> list[Unit]:
        """The units of a pack with their rows: lists, or lazily read for a driver stage."""
        with _READING:
            return self._units(stage, pack)

    def _units(self, stage: Stage, pack: Pack) -> list[Unit]:
        pairs = list(zip(stage.tables, pack.tables, strict=True))
        if stage.resources.driver:
            lazy = {table.view: LazyRows(self, table, refs) for table, refs in pairs}
            return [Unit(pack.ids[0], pack.keys[0].hex(), lazy)]
        loaded = [(t.view, refs.offsets.tolist(), self.rows(t, refs)) for t, refs in pairs]
        return [
            Unit(
                pack.ids[i],
                pack.keys[i].hex(),
                {view: rows[offsets[i] : offsets[i + 1]] for view, offsets, rows in loaded},
                pack.attempts[i],
            )
            for i in range(len(pack))
        ]

    def rows(self, table: Table[Any], refs: Refs) -> list[Any]:
        """The rows in the order of the references; one that many units share is decoded once."""
        places, again = _distinct(refs)
        found: list[Any] = [None] * places.shape[1]
        for at, rows in self._pieces(table, refs.files, places):
            for position, value in zip(at.tolist(), from_arrow(table.view, rows), strict=True):
                found[position] = value
        return [found[i] for i in again.tolist()]

    def packed(self, table: Table[Any], refs: Refs) -> pa.StructArray:
        """The same rows in the same order, not yet decoded: a fraction of the memory."""
        places, again = _distinct(refs)
        pieces = list(self._pieces(table, refs.files, places))
        order = np.argsort(np.concatenate([at for at, _ in pieces]))
        return pa.concat_arrays([rows for _, rows in pieces]).take(pa.array(order[again]))

    def _pieces(
        self, table: Table[Any], files: Sequence[str], places: npt.NDArray[Any]
    ) -> Iterator[tuple[npt.NDArray[np.int64], pa.StructArray]]:
        """Which of the places lie in a row group, and their rows; each row group is read once."""
        file, row, element = places
        for index, name in enumerate(files):
            here = np.flatnonzero(file == index)
            starts = self._row_group_starts(name)
            groups = np.searchsorted(starts, row[here], side="right") - 1
            for group in np.unique(groups):
                at = here[groups == group]
                data = self._group(name, int(group), table)
                inside = data.offsets[row[at] - starts[group]] + element[at]
                yield at, data.rows.take(pa.array(inside))

    def _row_group_starts(self, name: str) -> npt.NDArray[np.int64]:
        starts = self._starts.get(name)
        if starts is None:
            with storage_errors("read", self.store.where(name)):
                metadata = pq.read_metadata(self.store.source(name))
            counts = [metadata.row_group(g).num_rows for g in range(metadata.num_row_groups)]
            starts = np.concatenate([[0], np.cumsum(counts)])[:-1].astype(np.int64)
            self._starts[name] = starts
            if len(self._starts) > 1000:
                self._starts.popitem(last=False)
        return starts

    def _group(self, name: str, group: int, table: Table[Any]) -> _Group:
        key = (name, group, table.view)
        found = self._groups.get(key)
        if found is not None:
            self._groups.move_to_end(key)
            return found
        column = table_name(table.record)
        wanted = [f"{column}.list.element.{c}" for c in table.columns]
        with storage_errors("read", self.store.where(name)):
            lists = pq.ParquetFile(self.store.source(name)).read_row_group(group, columns=wanted)[
                column
            ]
        lists = lists.combine_chunks()
        lengths = pc.list_value_length(lists).fill_null(0).to_numpy()
        loaded = _Group(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), lists.flatten())
        self._groups[key] = loaded
        self._held += loaded.rows.nbytes
        while self._held > CACHE_BYTES and len(self._groups) > 1:
            _, dropped = self._groups.popitem(last=False)
            self._held -= dropped.rows.nbytes
        return loaded


def _distinct(refs: Refs) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """The places that are referred to, each once, and which of them each reference means."""
    places, again = np.unique(
        np.stack([refs.file, refs.row, refs.element]), axis=1, return_inverse=True
    )
    return places, again.ravel()


@dataclass(frozen=True)
class LazyRows(Sequence[Any]):
    """All rows of a table for the one unit of a driver stage, read a stretch at a time.

    Ids are hashes, so rows in the order of their ids lie all over the files: every stretch reads
    every row group. It is long therefore, and its rows are decoded a few at a time.
    """

    reader: RowReader
    table: Table[Any]
    refs: Refs
    stretch: int = 8192
    decoded: int = 256

    def __len__(self) -> int:
        return len(self.refs.file)

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), self.stretch):
            rows = self.reader.packed(self.table, self._refs(start, start + self.stretch))
            for first in range(0, len(rows), self.decoded):
                yield from from_arrow(self.table.view, rows.slice(first, self.decoded))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            raise TypeError("a driver stage's rows are iterated, not sliced")
        at = range(len(self))[index]
        return self.reader.rows(self.table, self._refs(at, at + 1))[0]

    def _refs(self, start: int, stop: int) -> Refs:
        refs, part = self.refs, slice(start, stop)
        return Refs(
            refs.files,
            np.array([0, len(refs.file[part])]),
            refs.file[part],
            refs.row[part],
            refs.element[part],
            refs.digests[part],
        )
