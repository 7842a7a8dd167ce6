"""The ledger of a stage: every outcome committed under one stage identity.

It is not a file of its own but the outcome columns of all parts of the stage. In memory it is
a handful of Arrow arrays, about 40 bytes a unit: keys to join on, statuses, and where the rows
lie. Where a key was committed twice (a retry, two attempts around a crash), kept or rejected
wins over failed, and among equals a fixed order of content decides, never time or file name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.engine.columns import merged, one_chunk
from pipeline.engine.fence import fences
from pipeline.engine.keys import KEY_BYTES
from pipeline.engine.parts import FAILED, KEPT, REJECTED, covered_by
from pipeline.errors import StorageError
from pipeline.store import Store, storage_errors

STATUSES = (KEPT, REJECTED, FAILED)
BATCH = 8_192
"""Rows decoded at a time: a whole row group at once would cost several times its size."""

_COLUMNS = ["unit_key", "status", "attempts", "seconds"]


def live_files(store: Store, folder: str) -> list[str]:
    """Names of the files whose outcomes count: parts that no snapshot covers, and snapshots."""
    names = counting_files(store, folder)
    covered = covered_parts(store, names)
    return [name for name in names if name not in covered]


def covered_parts(store: Store, names: Sequence[str]) -> set[str]:
    """The files of a folder that one of these replaces."""
    return {f"{name.rpartition('/')[0]}/{part}" for name in names for part in covers(store, name)}


def counting_files(store: Store, folder: str) -> list[str]:
    """All parts and snapshots but those that a writer put who had lost its lease."""
    names = [f"{folder}/{n}" for n in store.names(folder) if n.endswith(".parquet")]
    for fence in fences(store):
        names = [name for name in names if fence.believes(name)]
    return names


def covers(store: Store, name: str) -> list[str]:
    """Names, in its folder, of the parts that a file replaces; none for an ordinary part."""
    return covered_by(_open(store, name).metadata) if "/snapshot-" in name else []


def _open(store: Store, name: str) -> pq.ParquetFile:
    path = store.where(name)
    with storage_errors("read", path):
        try:
            return pq.ParquetFile(store.source(name), pre_buffer=False)
        except pa.ArrowInvalid as error:
            raise StorageError(
                f"cannot read {path}: it is no whole Parquet file; remove it and run again, "
                f"its units will be done anew ({error})"
            ) from error


@dataclass
class Ledger:
    """The outcomes of one stage identity, by unit key."""

    store: Store
    folder: str
    files: list[str]
    _chunks: list[pa.Table] = field(default_factory=list)
    _seconds: float = 0.0

    @classmethod
    def load(cls, store: Store, folder: str) -> "Ledger":
        ledger = cls(store, folder, live_files(store, folder))
        for index, name in enumerate(ledger.files):
            ledger._read(index, name)
        # Merged now, while nothing else of the planning is in memory.
        assert ledger._winners is not None
        return ledger

    def _read(self, index: int, name: str) -> None:
        row = 0
        # Threads would each keep freed memory of their own.
        file = _open(self.store, name)
        for batch in file.iter_batches(BATCH, columns=_COLUMNS, use_threads=False):
            self._chunks.append(self._located(batch, index, row))
            self._seconds += pc.sum(batch["seconds"]).as_py() or 0.0
            row += batch.num_rows

    @staticmethod
    def _located(batch: pa.RecordBatch, file: int, row: int) -> pa.Table:
        n = batch.num_rows
        return pa.table(
            {
                "key": batch["unit_key"],
                "status": pc.index_in(batch["status"], pa.array(STATUSES)).cast(pa.int8()),
                "attempts": batch["attempts"].cast(pa.int16()),
                "file": pa.array(np.full(n, file, np.int32)),
                "row": pa.array(np.arange(row, row + n, dtype=np.int32)),
            }
        )

    @cached_property
    def _winners(self) -> pa.Table:
        if not self._chunks:
            types = {"key": pa.binary(KEY_BYTES), "status": pa.int8(), "attempts": pa.int16()}
            types |= {"file": pa.int32(), "row": pa.int32()}
            return pa.table({n: pa.array([], t) for n, t in types.items()})
        table = merged(self._chunks)
        self._chunks = [table]
        if len(self.files) > 1 and pc.count_distinct(table["key"]).as_py() < table.num_rows:
            table = table.take(self._winning_order(table))
            keys = one_chunk(table["key"])
            first = np.ones(len(keys), bool)
            first[1:] = pc.not_equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False)
            table = table.filter(pa.array(first)).combine_chunks()
        return table

    def _winning_order(self, table: pa.Table) -> npt.NDArray[np.int64]:
        """Sorted so that the outcome that counts comes first among those of its key."""
        digests = np.concatenate(
            [
                _halves(_open(self.store, name).read(columns=["digest"])["digest"])
                for name in self.files
            ]
        )
        keys = _halves(table["key"])
        failed = table["status"].to_numpy() == STATUSES.index(FAILED)
        tries = np.where(failed, -table["attempts"].to_numpy(), 0)
        return np.lexsort((digests[:, 1], digests[:, 0], tries, failed, keys[:, 1], keys[:, 0]))

    def find(self, keys: pa.FixedSizeBinaryArray) -> "Found":
        """Where the outcomes of these keys are, in the keys' order."""
        winners = self._winners
        index = _match(_halves(keys), _halves(winners["key"]))
        hit = index >= 0
        picked = np.where(hit, index, 0)

        def column(name: str, missing: int, kind: type[np.integer[Any]]) -> npt.NDArray[Any]:
            values = winners[name].to_numpy()
            if not len(values):
                return np.full(len(index), missing, kind)
            return np.where(hit, values[picked], kind(missing))

        return Found(
            status=column("status", -1, np.int8),
            file=column("file", -1, np.int32),
            row=column("row", -1, np.int32),
            attempts=column("attempts", 0, np.int16),
        )

    def seconds_a_unit(self) -> float:
        """Mean time of a unit so far, 0 before the first."""
        units = sum(chunk.num_rows for chunk in self._chunks)
        return self._seconds / units if units else 0.0

    def outcomes(self, found: "Found", columns: Sequence[str]) -> pa.Table:
        """Columns of the found units' rows (`unit_id`, `code`, ...), with `file` and `row`."""
        tables = []
        for index in np.unique(found.file[found.file >= 0]):
            rows = np.sort(found.row[found.file == index])
            table = _open(self.store, self.files[index]).read(columns=list(columns))
            table = table.take(pa.array(rows))
            table = table.append_column("file", pa.array(np.full(len(rows), index, np.int32)))
            tables.append(table.append_column("row", pa.array(rows)))
        names = [*columns, "file", "row"]
        return pa.concat_tables(tables) if tables else pa.table({n: [] for n in names})


def _halves(column: pa.ChunkedArray | pa.FixedSizeBinaryArray) -> npt.NDArray[np.uint64]:
    """Keys as two 64-bit numbers each, without a copy where the column is one chunk."""
    array = one_chunk(column) if isinstance(column, pa.ChunkedArray) else column
    start = KEY_BYTES * array.offset
    raw = np.frombuffer(array.buffers()[1], np.uint64, count=2 * len(array), offset=start)
    return raw.reshape(-1, 2)


def _match(wanted: npt.NDArray[np.uint64], there: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """For every wanted key its index in `there`, or -1: a tenth of a hash join's memory."""
    if not len(there):
        return np.full(len(wanted), -1, np.int32)
    order = np.argsort(there[:, 0]).astype(np.int32)
    first = there[order, 0]
    parts = [
        _match_some(wanted[i : i + BATCH], there, order, first)
        for i in range(0, len(wanted), BATCH)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.int32)


def _match_some(
    wanted: npt.NDArray[np.uint64],
    there: npt.NDArray[np.uint64],
    order: npt.NDArray[np.int32],
    first: npt.NDArray[np.uint64],
) -> npt.NDArray[np.int32]:
    low = np.searchsorted(first, wanted[:, 0], side="left")
    index = np.full(len(wanted), -1, np.int32)
    # Keys that share their first half follow each other; more than one is a rare accident.
    step = 0
    rest = np.flatnonzero(low < len(there))
    while len(rest):
        at = order[low[rest] + step]
        same = there[at, 0] == wanted[rest, 0]
        found = same & (there[at, 1] == wanted[rest, 1])
        index[rest[found]] = at[found]
        step += 1
        rest = rest[same & ~found & (low[rest] + step < len(there))]
    return index


@dataclass(frozen=True)
class Found:
    """For every key asked for: its status (index into `STATUSES`, -1 unknown) and location."""

    status: npt.NDArray[np.int8]
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    attempts: npt.NDArray[np.int16]

    def only(self, mask: npt.NDArray[np.bool_]) -> "Found":
        return Found(self.status[mask], self.file[mask], self.row[mask], self.attempts[mask])

    def count(self, status: str) -> int:
        return int((self.status == STATUSES.index(status)).sum())
