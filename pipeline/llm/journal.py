"""Append-only files of one process, sealed into Parquet when they are full.

A line is written with one system call, so a killed process loses at most the line it was writing
(readers pass a torn one over) and everything written before is there. A full journal is sealed
by its owner; what dead processes left is sealed by the next run over the whole workspace, which
knows that nobody writes: the journals that a partition finds may be another partition's. A sealed
file names the journal it was made from, so a crash between writing the one and removing the other
doubles nothing.

    <folder>/journal-<name>.jsonl
    <folder>/sealed-<name>.parquet

On an object store a journal is a row of segments instead; see `pipeline.llm.segments`.
"""

import contextlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StorageError
from pipeline.llm.segments import Segments
from pipeline.storage.place import Url
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


class End(Protocol):
    """Where the lines of a journal go."""

    @property
    def size(self) -> int: ...

    def append(self, line: bytes) -> None: ...

    def close(self) -> None: ...


class _File:
    """A local file, a line a system call."""

    def __init__(self, path: Path) -> None:
        self._path, self.size, self._unsynced = path, 0, 0
        with storage_errors("write", path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)

    def append(self, line: bytes) -> None:
        with storage_errors("write", self._path):
            written = os.write(self._file, line)
            if written != len(line):
                os.ftruncate(self._file, self.size)
                raise OSError(28, "no space left on device")
            self.size += written
            self._unsynced += written
            if self._unsynced >= SYNC_BYTES:
                os.fdatasync(self._file)
                self._unsynced = 0

    def close(self) -> None:
        os.fdatasync(self._file)
        os.close(self._file)


@dataclass
class Journal:
    """The journal of this process in one folder."""

    store: Store
    form: Form
    _name: str = ""
    _end: End | None = None

    def append(self, record: Mapping[str, Any]) -> tuple[str, int, int]:
        """Write a record; returns the journal's name and where the line begins and how long it is.

        Raises:
            StorageError: it was not written.
        """
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        if self._end is None:
            self._end = self._open()
        start = self._end.size
        self._end.append(line)
        return self._name, start, len(line)

    def line(self, name: str, offset: int, length: int) -> bytes | None:
        """A line of this process that may not lie in the store yet; None for any other."""
        if name != self._name or not isinstance(self._end, Segments):
            return None
        return self._end.line(offset, length)

    @property
    def full(self) -> bool:
        return self._end is not None and self._end.size >= FULL_BYTES

    def seal(self) -> str | None:
        """Turn what was written so far into a sealed file; returns its name."""
        if self._end is None:
            return None
        name = self._name
        self.close()
        return seal(self.store, self.form, name)

    def close(self) -> None:
        end, self._end = self._end, None
        self._name = ""
        if end is not None:
            end.close()

    def _open(self) -> End:
        stem = f"journal-{uuid.uuid4().hex}"
        self._name = f"{stem}.jsonl"
        if isinstance(self.store.root, Url):
            return Segments(self.store, f"{self.form.folder}/{stem}")
        return _File(self.store.path(f"{self.form.folder}/{self._name}"))


def seal(store: Store, form: Form, journal: str) -> str | None:
    """Make a sealed file of a journal that nobody writes to, and remove the journal."""
    sealed = sealed_name(journal)
    pieces = _pieces(store, form, journal)
    if not store.exists(f"{form.folder}/{sealed}"):
        found = chain.from_iterable(lines(store, form, piece) for piece in pieces)
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
    for piece in pieces:
        store.remove(f"{form.folder}/{piece}")
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
    """What a journal, or the journal of a segment, is called when it is sealed."""
    name = journal.removeprefix("journal-").partition(".")[0]
    return f"sealed-{name}.parquet"


def _pieces(store: Store, form: Form, journal: str) -> list[str]:
    """The files of a journal in their order: itself, or its segments."""
    if not isinstance(store.root, Url):
        return [journal]
    sealed, names = sealed_name(journal), store.names(form.folder)
    return [n for n in names if n.startswith("journal-") and sealed_name(n) == sealed]


def journals(store: Store, form: Form) -> list[str]:
    """Journals, or their segments, that are not sealed yet."""
    return listed(store, form)[1]


def sealed_files(store: Store, form: Form) -> list[str]:
    return [n for n in store.names(form.folder) if n.startswith("sealed-")]


def listed(store: Store, form: Form) -> tuple[list[str], list[str]]:
    """Sealed files, and the journals, or their segments, that are in none of them.

    Other processes seal theirs at any time. Journals are listed first, so one that is missing there
    has its sealed file by then; one that is gone when it is read has been sealed since.
    """
    left = [n for n in store.names(form.folder) if n.startswith("journal-")]
    sealed = sealed_files(store, form)
    there = set(sealed)
    return sealed, [n for n in left if sealed_name(n) not in there]


def lines(store: Store, form: Form, journal: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Where each record of a journal begins, how long its line is, and the record."""
    name = f"{form.folder}/{journal}"
    with storage_errors("read", store.where(name)), store.open(name) as file:
        offset = 0
        for line in file:
            if line.endswith(b"\n"):
                # A power cut may leave a line half on the disk.
                with contextlib.suppress(ValueError):
                    yield offset, len(line), json.loads(line)
            offset += len(line)


def tidy(store: Store, forms: Sequence[Form]) -> None:
    """Seal what dead processes left; only for the holder of the whole workspace's lock."""
    for form in forms:
        left = [n for n in store.names(form.folder) if n.startswith("journal-")]
        for name in {sealed_name(n): n for n in left}.values():
            seal(store, form, name)


def records(store: Store, form: Form, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """These columns of all records, sealed or not; none twice, whoever seals meanwhile."""
    sealed, pieces = listed(store, form)
    for name in sealed:
        yield from _sealed(store, form, name, columns)
    open_still: dict[str, list[str]] = {}
    for piece in pieces:
        open_still.setdefault(sealed_name(piece), []).append(piece)
    for name, journal in open_still.items():
        try:
            found = [r for piece in journal for _, _, r in lines(store, form, piece)]
        except StorageError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            # Its owner has sealed it since it was listed; one without a record leaves nothing.
            if store.exists(f"{form.folder}/{name}"):
                yield from _sealed(store, form, name, columns)
            continue
        yield from ({column: record.get(column) for column in columns} for record in found)


def _sealed(
    store: Store, form: Form, name: str, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    path = f"{form.folder}/{name}"
    with storage_errors("read", store.where(path)):
        for batch in pq.ParquetFile(store.source(path)).iter_batches(columns=list(columns)):
            yield from batch.to_pylist()
