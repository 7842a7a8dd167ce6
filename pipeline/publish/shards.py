"""Parquet shards that `datasets` and dataset viewers like, written in bounded memory.

Row groups are closed by their bytes, well below the 100 MB that viewers read at once.
Pictures are stored as they are: JPEG does not compress, and a dictionary of them only costs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.engine.columns import to_dicts
from pipeline.publish.features import arrow_schema
from pipeline.records import Record

GROUP_BYTES = 32 << 20
"""Bytes of Arrow data from which a row group is written."""
BATCH_ROWS = 16
"""Rows that become Arrow data at once."""


@dataclass
class ShardWriter:
    """Writes one split's rows as `{stem}-{i:05d}-of-{n:05d}.parquet`, in the order given.

    How many shards there are is known at the end, so they get their names when the writer
    closes; until then they lie in the folder under names without the count.
    """

    folder: Path
    stem: str
    row: type[Record]
    shard_rows: int
    group_bytes: int = GROUP_BYTES
    rows: int = 0
    arrow_bytes: int = 0
    """Of the rows converted so far."""
    names: list[str] = field(default_factory=list)
    """Of the finished shards, once closed."""
    _pending: list[Record] = field(default_factory=list)
    _group: list[pa.RecordBatch] = field(default_factory=list)
    _group_size: int = 0
    """Bytes of `_group`."""
    _shards: list[Path] = field(default_factory=list)
    _writer: pq.ParquetWriter | None = None

    def __post_init__(self) -> None:
        self._schema = arrow_schema(self.row)

    def add(self, row: Record) -> None:
        """Append a row."""
        self._pending.append(row)
        self.rows += 1
        ends_shard = self.rows % self.shard_rows == 0
        if ends_shard or len(self._pending) == BATCH_ROWS:
            self._convert()
        if ends_shard:
            self._end_shard()
        elif self._group_size >= self.group_bytes:
            self._end_group()

    def close(self) -> None:
        """Write what is left and give every shard its name."""
        self._convert()
        self._end_shard()
        count = len(self._shards)
        for i, path in enumerate(self._shards):
            name = f"{self.stem}-{i:05d}-of-{count:05d}.parquet"
            path.rename(self.folder / name)
            self.names.append(name)

    def abandon(self) -> None:
        """Let go of the open file; what was written is no dataset."""
        if self._writer is not None:
            self._writer.close()

    def _convert(self) -> None:
        if self._pending:
            dicts = to_dicts(self.row, self._pending)
            batch = pa.RecordBatch.from_pylist(dicts, schema=self._schema)
            self._group.append(batch)
            self._group_size += batch.nbytes
            self.arrow_bytes += batch.nbytes
            self._pending.clear()

    def _end_group(self) -> None:
        if not self._group:
            return
        if self._writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{self.stem}-{len(self._shards):05d}.parquet"
            self._shards.append(path)
            self._writer = _open(path, self._schema)
        table = pa.Table.from_batches(self._group, self._schema)
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._group.clear()
        self._group_size = 0

    def _end_shard(self) -> None:
        self._end_group()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


@contextmanager
def writing(writer: ShardWriter) -> Iterator[ShardWriter]:
    """Close the writer when the block ends well, and only let go of its file otherwise."""
    try:
        yield writer
        writer.close()
    finally:
        writer.abandon()


def _open(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    pictures = [name for name in _leaves(schema) if name.endswith(".bytes")]
    others = [name for name in _leaves(schema) if name not in pictures]
    return pq.ParquetWriter(
        path,
        schema,
        compression=dict.fromkeys(others, "ZSTD") | dict.fromkeys(pictures, "NONE"),
        use_dictionary=others,
        column_encoding=dict.fromkeys(pictures, "PLAIN"),
        use_content_defined_chunking=True,
        write_page_index=True,
    )


def _leaves(schema: pa.Schema) -> list[str]:
    """Parquet's names of the columns: `core_frames.list.element.image.bytes`."""
    return [name for f in schema for name in _below(f.name, f.type)]


def _below(name: str, kind: pa.DataType) -> list[str]:
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return _below(f"{name}.list.element", kind.value_type)
    if pa.types.is_struct(kind):
        return [leaf for f in kind for leaf in _below(f"{name}.{f.name}", f.type)]
    return [name]
