"""Merging many small parts into few snapshots, so that a workspace stays readable.

A snapshot names in its footer the parts that it covers and is committed by one rename; from
then on readers pass the covered parts over, and deleting them is housekeeping that a crash may
interrupt anywhere. Large files are left alone, so no row is copied more than a few times.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from pipeline.engine.fence import fences
from pipeline.engine.ledger import counting_files, covers, live_files
from pipeline.engine.memory import give_back
from pipeline.engine.parts import PAGE_BYTES, snapshot_metadata
from pipeline.store import Store, storage_errors

LARGE_BYTES = 64 << 20
SNAPSHOT_BYTES = 1 << 30
"""Of a snapshot, about: more is cut into several, which an object store takes and `gc` can thin."""
GROUP_BYTES = 4 << 20
"""Row groups of a snapshot: what a worker reads to get one unit's rows."""
REPEATING = ["status", "code", "message", "inputs.list.element.table"]
"""Columns worth a dictionary. The others hold ids, keys and hashes, whose dictionaries would
be as large as the columns and stand beside them in memory until the row group ends."""


def compact(store: Store, folder: str, more_than: int, tag: str = "") -> bool:
    """Merge the small files of a stage folder if there are more than `more_than`.

    Only for the holder of the workspace's lock, between stages: a worker may hold references
    into parts. Returns whether anything was merged; ledgers loaded before are then stale.
    """
    sizes = {f"{folder}/{entry.name}": entry.size for entry in store.entries(folder)}
    small = [name for name in live_files(store, folder) if sizes[name] < LARGE_BYTES]
    if len(small) <= more_than:
        remove_covered(store, folder)
        return False
    ordered = sorted(small, key=lambda name: _first_unit(store, name))
    for some in _portions(ordered, sizes):
        _merge_ordered(store, folder, some, tag)
    remove_covered(store, folder)
    return True


def merge(store: Store, folder: str, files: Sequence[str], tag: str = "") -> str:
    """Merge these files of a stage folder into a snapshot, and return its name."""
    ordered = sorted(files, key=lambda name: _first_unit(store, name))
    return _merge_ordered(store, folder, ordered, tag)


def _merge_ordered(store: Store, folder: str, files: Sequence[str], tag: str) -> str:
    label = blake3("\n".join(files).encode()).hexdigest(8)
    name = f"{folder}/snapshot-{label}{tag}.parquet"
    write_snapshot(store, name, files)
    return name


def _portions(files: Sequence[str], sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Neighbours that make a snapshot of about `SNAPSHOT_BYTES` together."""
    some: list[str] = []
    size = 0
    for name in files:
        some.append(name)
        size += sizes[name]
        if size >= SNAPSHOT_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _first_unit(store: Store, name: str) -> str:
    with storage_errors("read", store.where(name)):
        first = pq.ParquetFile(store.source(name)).read_row_group(0, columns=["unit_id"])
    return str(first["unit_id"][0].as_py())


def write_snapshot(
    store: Store,
    name: str,
    parts: Sequence[str],
    keep: Mapping[str, npt.NDArray[np.bool_]] | None = None,
) -> None:
    """Write the units of these files into one that covers them.

    Args:
        keep: for a file, which of its units to take; all of the files that it leaves out.
    """
    schema = pq.read_schema(store.source(parts[0]))
    covers = [part.rpartition("/")[2] for part in parts]
    schema = schema.with_metadata(snapshot_metadata(covers))
    with (
        store.create(name) as file,
        pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            use_dictionary=REPEATING,
            data_page_size=PAGE_BYTES,
        ) as writer,
    ):
        held: list[pa.Table] = []
        size = 0
        for part in parts:
            with storage_errors("read", store.where(part)):
                source = pq.ParquetFile(store.source(part))
            row = 0
            for group in range(source.num_row_groups):
                table = source.read_row_group(group, use_threads=False)
                units = slice(row, row + table.num_rows)
                row = units.stop
                if keep and part in keep:
                    table = table.filter(pa.array(keep[part][units]))
                held.append(table.replace_schema_metadata(schema.metadata))
                size += table.nbytes
                if size >= GROUP_BYTES:
                    _flush(writer, held)
                    size = 0
        _flush(writer, held)


def _flush(writer: pq.ParquetWriter, held: list[pa.Table]) -> None:
    if held:
        table = pa.concat_tables(held)
        writer.write_table(table, row_group_size=max(1, table.num_rows))
        held.clear()
        give_back()


def remove_covered(store: Store, folder: str) -> None:
    """Remove the parts that a snapshot covers; only for the holder of the workspace's lock.

    On an object store the one that was just written has to wait until a later holder of the lease
    has found it: if this process has lost its lease, the snapshot counts for nobody.
    """
    standing, counting = fences(store), counting_files(store, folder)
    settled = [name for name in counting if all(fence.settles(name) for fence in standing)]
    covered = {part for name in settled for part in covers(store, name)}
    for name in counting:
        if name.rpartition("/")[2] in covered:
            store.remove(name)
