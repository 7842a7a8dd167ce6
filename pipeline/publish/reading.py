"""Reading a published folder back, without `datasets`: for the command line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pydantic import TypeAdapter

from pipeline.publish.features import arrow_schema
from pipeline.publish.published import RejectionRow, SampleRow
from pipeline.publish.tables import REJECTED
from pipeline.storage.files import source
from pipeline.storage.place import Place
from pipeline.store import Store, storage_errors

_ROWS = 32
"""Read at a time."""
_ROW: TypeAdapter[SampleRow] = TypeAdapter(SampleRow)
_REJECTION: TypeAdapter[RejectionRow] = TypeAdapter(RejectionRow)


@dataclass(frozen=True)
class PublishedSample:
    """What is shown of a sample at a glance."""

    id: str
    task: str
    question: str
    answer: str


def first_samples(dataset: Place, n: int) -> list[PublishedSample]:
    """The first `n` samples, shards in the order of their names; fewer where there are fewer."""
    columns = ["id", "task", "question", "answer"]
    found: list[PublishedSample] = []
    # Not by a scanner: one that is left before its end may still read when the process ends.
    for file in shards(dataset, "data"):
        with storage_errors("read", file), pq.ParquetFile(source(file)) as shard:
            for batch in shard.iter_batches(n, columns=columns, use_threads=False):
                found += [PublishedSample(**row) for row in batch.to_pylist()]
                if len(found) >= n:
                    return found[:n]
    return found


def samples(dataset: Place, *, pictures: bool = True) -> Iterator[SampleRow]:
    """All samples, a few in memory at a time, shards in the order of their names.

    Args:
        pictures: False leaves their bytes unread; they are empty then.

    Raises:
        StorageError: a shard cannot be read.
    """
    for file in shards(dataset, "data"):
        with storage_errors("read", file), pq.ParquetFile(source(file)) as shard:
            wanted = [n for n in _leaves(shard) if pictures or not n.endswith(".image.bytes")]
            for batch in shard.iter_batches(batch_size=_ROWS, columns=wanted):
                for row in pa.Table.from_batches([batch]).to_pylist():
                    yield _ROW.validate_python(row if pictures else _unpictured(row))


@dataclass(frozen=True)
class RowGroup:
    """A row group of a shard: what is read at once."""

    file: Place
    number: int


def locate(dataset: Place, ids: Sequence[str]) -> dict[str, RowGroup]:
    """Where these samples lie, of those that are there; reads nothing but ids.

    Raises:
        StorageError: a shard cannot be read.
    """
    wanted, found = pa.array(ids, pa.string()), dict[str, RowGroup]()
    for file in shards(dataset, "data"):
        with storage_errors("read", file), pq.ParquetFile(source(file)) as shard:
            for number in range(shard.num_row_groups):
                here = shard.read_row_group(number, columns=["id"])["id"]
                for name in here.filter(pc.is_in(here, wanted)).to_pylist():
                    found[name] = RowGroup(file, number)
    return found


def read_group(group: RowGroup, ids: Sequence[str]) -> dict[str, SampleRow]:
    """Samples of one row group with their pictures, those of these ids.

    Raises:
        StorageError: the shard cannot be read.
    """
    with storage_errors("read", group.file), pq.ParquetFile(source(group.file)) as shard:
        table = shard.read_row_group(group.number)
    rows = table.filter(pc.is_in(table["id"], pa.array(ids, pa.string()))).to_pylist()
    return {row["id"]: _ROW.validate_python(row) for row in rows}


def rejections(dataset: Place) -> Iterator[RejectionRow]:
    """All rejected questions, likewise.

    Raises:
        StorageError: a shard cannot be read.
    """
    for file in shards(dataset, REJECTED.folder):
        with storage_errors("read", file), pq.ParquetFile(source(file)) as shard:
            for batch in shard.iter_batches(batch_size=_ROWS):
                yield from map(_REJECTION.validate_python, batch.to_pylist())


def _leaves(shard: pq.ParquetFile) -> list[str]:
    return [shard.schema.column(i).path for i in range(len(shard.schema))]


def _unpictured(row: dict[str, Any]) -> dict[str, Any]:
    for frame in row["core_frames"]:
        if frame["image"] is not None:
            frame["image"]["bytes"] = b""
    return row


def read_sample(dataset: Place, sample_id: str) -> SampleRow | None:
    """The sample of this id with its pictures, or None where it is not published."""
    with storage_errors("read", dataset):
        found = _data(dataset).to_table(filter=ds.field("id") == sample_id).to_pylist()
    return _ROW.validate_python(found[0]) if found else None


def read_rejection(dataset: Place, question_id: str) -> RejectionRow | None:
    """Why this question is not published, or None where the folder does not say."""
    return read_rejections(dataset, [question_id]).get(question_id)


def read_rejections(dataset: Place, ids: Sequence[str]) -> dict[str, RejectionRow]:
    """Why these questions are not published, by id; those of which the folder does not say are
    not in it."""
    with storage_errors("read", dataset):
        table = _table(shards(dataset, REJECTED.folder), arrow_schema(RejectionRow))
        found = table.to_table(filter=ds.field("id").isin(pa.array(ids, pa.string()))).to_pylist()
    return {row["id"]: _REJECTION.validate_python(row) for row in found}


def _data(dataset: Place) -> Any:
    return _table(shards(dataset, "data"), arrow_schema(SampleRow))


def shards(dataset: Place, folder: str) -> list[Place]:
    """The Parquet files in a folder of the dataset, in the order of their names."""
    names = Store(dataset).names(folder)
    return [dataset / folder / name for name in names if name.endswith(".parquet")]


def _table(files: Sequence[Place], schema: pa.Schema) -> Any:
    paths = [str(file) for file in files if isinstance(file, Path)]
    if len(paths) == len(files):
        return ds.dataset(paths, schema=schema, format="parquet")
    parquet = ds.ParquetFileFormat()
    fragments = [parquet.make_fragment(source(file)) for file in files]
    return ds.FileSystemDataset(fragments, schema, parquet)
