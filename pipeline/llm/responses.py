"""The response store: every complete answer, raw, under the key of its request.

Shared by online calls and batches, by all runs of a workspace, and by partitions that run at once:
each process sees what was answered before it began. A parser or a schema may change as often as it
likes: what was answered is not asked again. What was refused, cut off or never came is not here but
in `pipeline.llm.attempts`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import StorageError
from pipeline.llm.journal import (
    GROUP_ROWS,
    Form,
    Journal,
    lines,
    listed,
    nested,
)
from pipeline.store import Store, storage_errors

FORM: Final = Form(
    "responses",
    pa.schema(
        [
            ("key", pa.string()),
            ("stage", pa.string()),
            ("unit", pa.string()),
            ("label", pa.string()),
            ("via", pa.string()),
            ("seconds", pa.float64()),
            ("cost_usd", pa.float64()),
            ("request", pa.string()),
            ("response", pa.string()),
        ]
    ),
)


@dataclass(frozen=True)
class Stored:
    """An answer as it came."""

    key: str
    stage: str
    unit: str
    """Who asked first."""
    label: str
    via: str
    """`online` or `batch`."""
    seconds: float
    cost_usd: float | None
    """Null where the model has no price."""
    request: Sequence[Mapping[str, Any]]
    """The messages, pictures by their hash."""
    response: Mapping[str, Any]
    """The endpoint's JSON, untouched."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Stored":
        found = {name: nested(record[name]) for name in ("request", "response")}
        return cls(**{**record, **found})

    def record(self) -> dict[str, Any]:
        """A line of the journal."""
        return {
            "key": self.key,
            "stage": self.stage,
            "unit": self.unit,
            "label": self.label,
            "via": self.via,
            "seconds": self.seconds,
            "cost_usd": self.cost_usd,
            "request": self.request,
            "response": self.response,
        }


@dataclass
class Responses:
    """The store as one process reads and writes it."""

    store: Store
    _journal: Journal = field(init=False)
    _recent: dict[bytes, tuple[str, int, int]] = field(default_factory=dict)
    """Key to journal, offset and length of a line."""
    _files: list[str] = field(default_factory=list)
    _keys: npt.NDArray[np.void] = field(default_factory=lambda: np.zeros(0, "V16"))
    """Sorted keys of all sealed files; 28 bytes an answer with the two below."""
    _file: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    _row: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))

    def __post_init__(self) -> None:
        self._journal = Journal(self.store, FORM)
        self.reload()

    def reload(self) -> None:
        """Look at the disk again: another process, or a batch, may have brought answers."""
        while True:
            try:
                self._reload()
                return
            except StorageError as error:
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise
                # Another process has sealed a journal since it was listed.

    def _reload(self) -> None:
        self._recent, self._files = {}, []
        self._keys = np.zeros(0, "V16")
        self._file, self._row = np.zeros(0, np.int32), np.zeros(0, np.int32)
        sealed, open_still = listed(self.store, FORM)
        self._load(sealed)
        for name in open_still:
            for offset, length, record in lines(self.store, FORM, name):
                self._recent[bytes.fromhex(record["key"])] = (name, offset, length)

    def __contains__(self, key: str) -> bool:
        return bytes.fromhex(key) in self._recent or self._at(key) is not None

    def find(self, key: str) -> Stored | None:
        """The answer under this key."""
        recent = self._recent.get(bytes.fromhex(key))
        if recent is not None:
            try:
                return Stored.of(self._line(*recent))
            except StorageError as error:
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise
                # Another process has sealed its journal meanwhile.
                self.reload()
                return self.find(key)
        at = self._at(key)
        return None if at is None else Stored.of(self._sealed(at))

    def add(self, stored: Stored) -> None:
        """Keep an answer; it survives the death of this process from here on."""
        place = self._journal.append(stored.record())
        self._recent[bytes.fromhex(stored.key)] = place
        if self._journal.full:
            self.seal()

    def seal(self) -> None:
        """Move what this process wrote into a sealed file."""
        name = self._journal.seal()
        if name is not None:
            journal = name.replace("sealed-", "journal-").replace(".parquet", ".jsonl")
            self._recent = {k: p for k, p in self._recent.items() if p[0] != journal}
            self._load([name])

    def close(self) -> None:
        self._journal.close()

    def _line(self, name: str, offset: int, length: int) -> dict[str, Any]:
        own = self._journal.line(name, offset, length)
        if own is None:
            own = self.store.read_range(f"{FORM.folder}/{name}", offset, length)
        return dict(json.loads(own))

    def _at(self, key: str) -> int | None:
        if not len(self._keys):
            return None
        wanted = np.frombuffer(bytes.fromhex(key), "V16")
        at = int(np.searchsorted(self._keys.view("S16"), wanted.view("S16"))[0])
        return at if at < len(self._keys) and self._keys[at] == wanted[0] else None

    def _sealed(self, at: int) -> dict[str, Any]:
        name = f"{FORM.folder}/{self._files[self._file[at]]}"
        row = int(self._row[at])
        with storage_errors("read", self.store.where(name)):
            group = pq.ParquetFile(self.store.source(name)).read_row_group(row // GROUP_ROWS)
        return dict(group.slice(row % GROUP_ROWS, 1).to_pylist()[0])

    def _load(self, names: Sequence[str]) -> None:
        keys, files, rows = [self._keys], [self._file], [self._row]
        for name in names:
            path = f"{FORM.folder}/{name}"
            with storage_errors("read", self.store.where(path)):
                column = pq.read_table(self.store.source(path), columns=["key"])["key"].to_pylist()
            keys.append(np.frombuffer(bytes.fromhex("".join(column)), "V16"))
            files.append(np.full(len(column), len(self._files), np.int32))
            rows.append(np.arange(len(column), dtype=np.int32))
            self._files.append(name)
        merged = np.concatenate(keys)
        order = np.argsort(merged.view("S16"), kind="stable")
        self._keys = merged[order]
        self._file = np.concatenate(files)[order]
        self._row = np.concatenate(rows)[order]


def of_unit(store: Store, stage: str, unit: str) -> Iterator[Stored]:
    """Every answer that this unit asked for."""
    sealed, open_still = listed(store, FORM)
    for name in sealed:
        path, mine = f"{FORM.folder}/{name}", [("stage", "=", stage), ("unit", "=", unit)]
        with storage_errors("read", store.where(path)):
            table = pq.read_table(store.source(path), filters=mine)
        yield from map(Stored.of, table.to_pylist())
    for name in open_still:
        for _, _, record in lines(store, FORM, name):
            if record["stage"] == stage and record["unit"] == unit:
                yield Stored.of(record)
