"""Leaving units out of a stage's files: the one way in which committed results ever go.

A file that keeps some of its units is replaced as by compaction: first a snapshot with those units
that covers it, in one rename, then the file goes. A crash in between leaves both, and readers pass
the covered one over. Only for the holder of the workspace's lock.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from pipeline.engine.compaction import remove_covered, write_snapshot
from pipeline.errors import StorageError
from pipeline.store import Store, storage_errors

Units = npt.NDArray[np.bool_]
"""One value for every unit of a file, in the file's order."""


def prune(store: Store, folder: str, keep: Mapping[str, Units]) -> None:
    """Leave of each of these files only the units to keep.

    Args:
        folder: of one stage identity.
        keep: by the file's name; files that it does not name stay as they are.
    """
    # First: with its snapshot gone, a part that a crash left would count again.
    remove_covered(store, folder)
    for name, units in keep.items():
        if units.any():
            label = blake3(f"pruned {name}".encode()).hexdigest(8)
            write_snapshot(store, f"{folder}/snapshot-{label}.parquet", [name], keep)
        store.remove(name)


@contextmanager
def open_part(store: Store, name: str) -> Iterator[pq.ParquetFile]:
    """A part or snapshot, to read some of its columns.

    Raises:
        StorageError: it is no whole Parquet file.
    """
    with storage_errors("read", store.where(name)):
        try:
            part = pq.ParquetFile(store.source(name), pre_buffer=False)
        except pa.ArrowInvalid as error:
            raise StorageError(
                f"cannot read {store.where(name)}: it is no whole Parquet file; remove it and run "
                f"again, its units will be done anew ({error})"
            ) from error
        with part:
            yield part


def texts(store: Store, name: str, column: str, units: Units | None = None) -> set[str]:
    """All values of one column inside the rows of a part's units, such as the blobs of frames.

    Args:
        column: the last part of its path, `blob` or `requests`; a part without one has none.
        units: those that count; None: all.
    """
    found: set[str] = set()
    with open_part(store, name) as file:
        paths = [file.schema.column(i).path for i in range(len(file.schema))]
        wanted = [path for path in paths if column in path.split(".")]
        row = 0
        for group in range(file.num_row_groups) if wanted else ():
            table = file.read_row_group(group, columns=wanted, use_threads=False)
            if units is not None:
                table = table.filter(pa.array(units[row : row + table.num_rows]))
            row += file.metadata.row_group(group).num_rows
            for rows in table.columns:
                found.update(_flat(rows.combine_chunks()))
    found.discard("")
    return found


def _flat(values: pa.Array) -> list[str]:
    """The texts in nested lists and structs."""
    if pa.types.is_list(values.type):
        return _flat(values.flatten())
    if pa.types.is_struct(values.type):
        return [text for child in values.flatten() for text in _flat(child)]
    return list(values.drop_null().unique().to_pylist())
