"""Taking records out of sealed files: a file is replaced as a whole, by one rename, or not at all.

Only for the holder of the workspace's lock, after `pipeline.llm.journal.tidy`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.llm.journal import GROUP_ROWS, Form, sealed_files
from pipeline.store import Store

Change = Callable[[dict[str, Any]], dict[str, Any] | None]
"""A record as it shall be; None: it goes."""


@dataclass(frozen=True)
class Touched:
    """A sealed file with records that match."""

    name: str
    rows: int
    """Those that match."""
    size: int
    """Bytes that they take, from their share of the file's records."""


def touched(
    store: Store, form: Form, columns: Sequence[str], matches: Callable[[Mapping[str, Any]], bool]
) -> Iterator[Touched]:
    """Sealed files that hold records which match, by these columns."""
    for name in sealed_files(store, form):
        rows = hits = 0
        path = f"{form.folder}/{name}"
        with pq.ParquetFile(store.source(path)) as file:
            for batch in file.iter_batches(columns=list(columns)):
                hits += sum(map(matches, batch.to_pylist()))
                rows += batch.num_rows
        if hits:
            yield Touched(name, hits, store.facts([path])[path].size * hits // rows)


def rewrite(store: Store, form: Form, name: str, change: Change) -> None:
    """Write a sealed file anew with its records changed; one of which nothing is left goes."""
    path = f"{form.folder}/{name}"
    if not any(True for _ in _changed(store, path, change)):
        store.remove(path)
        return
    with (
        store.create(path) as file,
        pq.ParquetWriter(file, form.schema, compression="zstd") as writer,
    ):
        held: list[dict[str, Any]] = []
        for record in _changed(store, path, change):
            held.append(record)
            # Readers find a record by its place: every group but the last has as many.
            if len(held) == GROUP_ROWS:
                writer.write_table(pa.Table.from_pylist(held, schema=form.schema))
                held.clear()
        if held:
            writer.write_table(pa.Table.from_pylist(held, schema=form.schema))


def _changed(store: Store, path: str, change: Change) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(store.source(path)) as file:
        for batch in file.iter_batches(GROUP_ROWS):
            for record in batch.to_pylist():
                changed = change(record)
                if changed is not None:
                    yield changed
