"""Append-only files of one process, sealed into Parquet when they are full.

A line is written with one system call, so a killed process loses at most the line it was writing
(readers pass a torn one over) and everything written before is there. A full journal is sealed
by its owner; what dead processes left is sealed by the next run. A sealed file names the journal
it was made from, so a crash between writing the one and removing the other doubles nothing.

    <folder>/journal-<name>.jsonl
    <folder>/sealed-<name>.parquet
"""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.store import Store, storage_errors

FULL_BYTES: Final = 8 << 20
GROUP_ROWS: Final = 128
"""Rows of a row group: what is read to get one record."""
SYNC_BYTES: Final = 16 << 20
"""Written since the disk was last told to keep it: what a power cut may cost."""


@dataclass(frozen=True)
class Form:
    """What the records of a folder look like; all are kept in the Parquet types given here."""

    folder: str
    schema: pa.Schema


@dataclass
class Journal:
    """The journal of this process in one folder."""

    store: Store
    form: Form
    _name: str = ""
    _file: int = -1
    _size: int = 0
    _unsynced: int = 0

    def append(self, record: Mapping[str, Any]) -> tuple[str, int, int]:
        """Write a record; returns the journal's name and where the line begins and how long it is.

        Raises:
            StorageError: it was not written.
        """
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        if self._file < 0:
            self._open()
        path = self._path(self._name)
        with storage_errors("write", path):
            written = os.write(self._file, line)
            if written != len(line):
                os.ftruncate(self._file, self._size)
                raise OSError(28, "no space left on device")
            place = (self._name, self._size, written)
            self._size += written
            self._unsynced += written
            if self._unsynced >= SYNC_BYTES:
                os.fdatasync(self._file)
                self._unsynced = 0
        return place

    @property
    def full(self) -> bool:
        return self._size >= FULL_BYTES

    def seal(self) -> str | None:
        """Turn what was written so far into a sealed file; returns its name."""
        if self._file < 0:
            return None
        name = self._name
        self.close()
        return seal(self.store, self.form, name)

    def close(self) -> None:
        if self._file >= 0:
            os.fdatasync(self._file)
            os.close(self._file)
        self._file, self._name, self._size = -1, "", 0

    def _open(self) -> None:
        self._name = f"journal-{uuid.uuid4().hex}.jsonl"
        path = self._path(self._name)
        with storage_errors("write", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)

    def _path(self, name: str) -> Path:
        return self.store.path(f"{self.form.folder}/{name}")


def seal(store: Store, form: Form, journal: str) -> str | None:
    """Make a sealed file of a journal that nobody writes to, and remove the journal."""
    sealed = sealed_name(journal)
    if not store.exists(f"{form.folder}/{sealed}"):
        found = lines(store, form, journal)
        rows = [_flat(record) for _, _, record in islice(found, GROUP_ROWS)]
        if not rows:
            sealed = ""
        else:
            with (
                store.create(f"{form.folder}/{sealed}") as file,
                pq.ParquetWriter(file, form.schema, compression="zstd") as writer,
            ):
                # A group at a time: a journal as Python values is several times its size.
                while rows:
                    writer.write_table(pa.Table.from_pylist(rows, schema=form.schema))
                    rows = [_flat(record) for _, _, record in islice(found, GROUP_ROWS)]
    store.remove(f"{form.folder}/{journal}")
    pa.default_memory_pool().release_unused()
    return sealed or None


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """In the types of a sealed file: what is nested as JSON text."""
    return {
        name: json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else value
        for name, value in record.items()
    }


def nested(value: Any) -> Any:
    """A nested value of a record, from a journal (as it is) or from a sealed file (as text)."""
    return json.loads(value) if isinstance(value, str) else value


def sealed_name(journal: str) -> str:
    return journal.replace("journal-", "sealed-").replace(".jsonl", ".parquet")


def journals(store: Store, form: Form) -> list[str]:
    """Journals that are not sealed yet."""
    names = store.names(form.folder)
    there = set(names)
    return [n for n in names if n.startswith("journal-") and sealed_name(n) not in there]


def sealed_files(store: Store, form: Form) -> list[str]:
    return [n for n in store.names(form.folder) if n.startswith("sealed-")]


def lines(store: Store, form: Form, journal: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Where each record of a journal begins, how long its line is, and the record."""
    path = store.path(f"{form.folder}/{journal}")
    with storage_errors("read", path), path.open("rb") as file:
        offset = 0
        for line in file:
            if line.endswith(b"\n"):
                # A power cut may leave a line half on the disk.
                with contextlib.suppress(ValueError):
                    yield offset, len(line), json.loads(line)
            offset += len(line)


def tidy(store: Store, forms: Sequence[Form]) -> None:
    """Seal what dead processes left; only for the holder of the workspace's lock."""
    for form in forms:
        for name in store.names(form.folder):
            if name.startswith("journal-"):
                seal(store, form, name)


def records(store: Store, form: Form, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """These columns of all records, sealed or not."""
    for name in sealed_files(store, form):
        path = store.path(f"{form.folder}/{name}")
        with storage_errors("read", path):
            for batch in pq.ParquetFile(path).iter_batches(columns=list(columns)):
                yield from batch.to_pylist()
    for name in journals(store, form):
        for _, _, record in lines(store, form, name):
            yield {column: record.get(column) for column in columns}
