"""Raw rows of a file: JSON, JSON lines or Parquet, a few in memory at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.validation.readers.json_stream import BrokenJsonError, elements
from pipeline.validation.row import Problem

SUFFIXES: Final = (".json", ".jsonl", ".parquet")
_BATCH: Final = 512
_PICTURED: Final = 32
"""Rows read at a time, without and with their pictures."""
_BYTES: Final = ".bytes"


class Raw(NamedTuple):
    """One row as its file has it."""

    key: str | None
    """Its name, where the file is an object of rows."""
    value: dict[str, Any] | None
    problem: Problem | None = None
    """Why there is no value."""


def raw_rows(path: Path, *, pictures: bool = False) -> Iterator[Raw]:
    """The rows in order; one that is none, and a file that ends in the middle, is a problem.

    Args:
        pictures: read the bytes that are embedded in Parquet; they are left out otherwise.
    """
    readers = {".parquet": _parquet, ".jsonl": _lines, ".json": _json}
    read = readers[path.suffix.lower()]
    try:
        yield from read(path, pictures)
    except (OSError, pa.ArrowException, BrokenJsonError, UnicodeDecodeError) as error:
        told = " ".join(str(error).split())
        yield Raw(None, None, Problem("broken_file", f"{path.name} cannot be read on: {told}"))


def columns_of(path: Path) -> list[str] | None:
    """The columns of a Parquet file, rows or not; None where it is none."""
    try:
        return list(pq.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return None


def _json(path: Path, pictures: bool) -> Iterator[Raw]:
    for key, value in elements(path):
        yield _row(key, value)


def _lines(path: Path, pictures: bool) -> Iterator[Raw]:
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except (json.JSONDecodeError, RecursionError) as error:
                yield Raw(None, None, Problem("not_a_row", f"the line is no JSON: {error}"))
            else:
                yield _row(None, value)


def _parquet(path: Path, pictures: bool) -> Iterator[Raw]:
    with pq.ParquetFile(path) as shard:
        leaves = [shard.schema.column(i).path for i in range(len(shard.schema))]
        wanted = [leaf for leaf in leaves if pictures or not leaf.endswith(_BYTES)]
        size = _PICTURED if len(wanted) == len(leaves) else _BATCH
        for group in range(shard.num_row_groups):
            # All groups in one call keep every group's pictures in memory until the last.
            for batch in shard.iter_batches(batch_size=size, row_groups=[group], columns=wanted):
                for row in batch.to_pylist():
                    yield Raw(None, row)


def _row(key: str | None, value: Any) -> Raw:
    if isinstance(value, dict):
        return Raw(key, value)
    problem = Problem("not_a_row", f"it is {type(value).__name__}, not an object with fields")
    return Raw(key, None, problem)
