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

from pipeline.engine.keys import KEY_BYTES
from pipeline.engine.parts import FAILED, KEPT, REJECTED, covered_by
from pipeline.engine.store import Store, storage_errors
from pipeline.errors import StorageError

STATUSES = (KEPT, REJECTED, FAILED)
_COLUMNS = ["unit_key", "status", "attempts", "digest", "seconds", "memory_mb"]


def live_files(store: Store, folder: str) -> list[str]:
    """Names of the files whose outcomes count: parts that no snapshot covers, and snapshots."""
    names = [f"{folder}/{n}" for n in store.names(folder) if n.endswith(".parquet")]
    covered: set[str] = set()
    for name in names:
        if "/snapshot-" in name:
            covered.update(f"{folder}/{n}" for n in covered_by(_open(store, name).metadata))
    return [name for name in names if name not in covered]


def _open(store: Store, name: str) -> pq.ParquetFile:
    path = store.path(name)
    with storage_errors("read", path):
        try:
            return pq.ParquetFile(path)
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
    files: list[str] = field(default_factory=list)
    _chunks: list[pa.Table] = field(default_factory=list)

    @classmethod
    def load(cls, store: Store, folder: str) -> "Ledger":
        ledger = cls(store, folder)
        ledger.refresh()
        return ledger

    def refresh(self) -> None:
        """Read the files that came since; after a compaction, load a new ledger instead."""
        known = set(self.files)
        for name in live_files(self.store, self.folder):
            if name in known:
                continue
            table = _open(self.store, name).read(columns=_COLUMNS)
            n = table.num_rows
            located = pa.table(
                {
                    "key": table["unit_key"],
                    "status": pc.index_in(table["status"], pa.array(STATUSES)).cast(pa.int8()),
                    "attempts": table["attempts"],
                    "digest": table["digest"],
                    "seconds": table["seconds"].cast(pa.float32()),
                    "memory_mb": table["memory_mb"].cast(pa.float32()),
                    "file": pa.array(np.full(n, len(self.files), np.int32)),
                    "row": pa.array(np.arange(n, dtype=np.int32)),
                }
            )
            self.files.append(name)
            self._chunks.append(located)
        self.__dict__.pop("_winners", None)

    @cached_property
    def _winners(self) -> pa.Table:
        if not self._chunks:
            schema = {"key": pa.binary(KEY_BYTES), "status": pa.int8(), "attempts": pa.int32()}
            schema |= {"seconds": pa.float32(), "memory_mb": pa.float32()}
            schema |= {"file": pa.int32(), "row": pa.int32()}
            return pa.table({n: pa.array([], t) for n, t in schema.items()})
        table = pa.concat_tables(self._chunks)
        if pc.count_distinct(table["key"]).as_py() < table.num_rows:
            order = self._winning_order(table)
            table = table.take(order)
            keys = table["key"].combine_chunks()
            first = np.ones(len(keys), bool)
            first[1:] = pc.not_equal(keys[1:], keys[:-1]).to_numpy(zero_copy_only=False)
            table = table.filter(pa.array(first))
        return table.drop_columns(["digest"]).combine_chunks()

    @staticmethod
    def _winning_order(table: pa.Table) -> npt.NDArray[np.int64]:
        """Sorted so that the outcome that counts comes first among those of its key."""
        digests = _halves(table["digest"])
        keys = _halves(table["key"])
        failed = table["status"].to_numpy() == STATUSES.index(FAILED)
        tries = np.where(failed, -table["attempts"].to_numpy(), 0)
        return np.lexsort((digests[:, 1], digests[:, 0], tries, failed, keys[:, 1], keys[:, 0]))

    def find(self, keys: pa.FixedSizeBinaryArray) -> "Found":
        """Where the outcomes of these keys are, in the keys' order."""
        winners = self._winners
        at = pc.index_in(keys, winners["key"].combine_chunks())
        index = at.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        hit = index >= 0
        picked = np.where(hit, index, 0)

        def column(name: str, missing: int) -> npt.NDArray[Any]:
            values = winners[name].to_numpy()
            if not len(values):
                return np.full(len(index), missing, np.int32)
            return np.where(hit, values[picked], missing)

        return Found(
            status=column("status", -1).astype(np.int8),
            file=column("file", -1).astype(np.int32),
            row=column("row", -1).astype(np.int32),
            attempts=column("attempts", 0).astype(np.int32),
        )

    def history(self) -> tuple[float, float]:
        """Median seconds a unit and greatest memory in MB, (0, 0) before the first."""
        seconds = self._winners["seconds"].to_numpy()
        if not len(seconds):
            return 0.0, 0.0
        return float(np.median(seconds)), float(self._winners["memory_mb"].to_numpy().max())

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


def _halves(column: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    array = column.combine_chunks()
    raw = np.frombuffer(
        array.buffers()[1], np.uint64, count=2 * len(array), offset=KEY_BYTES * array.offset
    )
    return raw.reshape(-1, 2)


@dataclass(frozen=True)
class Found:
    """For every key asked for: its status (index into `STATUSES`, -1 unknown) and location."""

    status: npt.NDArray[np.int8]
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    attempts: npt.NDArray[np.int32]

    def only(self, mask: npt.NDArray[np.bool_]) -> "Found":
        return Found(self.status[mask], self.file[mask], self.row[mask], self.attempts[mask])

    def count(self, status: str) -> int:
        return int((self.status == STATUSES.index(status)).sum())
