"""What a benchmark holds, as hashes: of a question, and of all of them."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from pipeline.publish.published import SampleRow
from pipeline.publish.reading import samples

_ROW: Final = TypeAdapter(SampleRow)


def row_hash(row: SampleRow) -> str:
    """Hash of all that a row says; a picture counts by the hash that stands beside it, so a row is
    the same with and without its pictures."""
    frames = tuple(replace(frame, image=None) for frame in row.core_frames)
    return hashlib.sha256(_ROW.dump_json(replace(row, core_frames=frames))).hexdigest()


def content_hash(rows: Mapping[str, str]) -> str:
    """Hash of the questions, whatever their order.

    Args:
        rows: the hash of each by its id.
    """
    digest = hashlib.sha256()
    for question in sorted(rows):
        digest.update(f"{question} {rows[question]}\n".encode())
    return digest.hexdigest()


def rows_of(dataset: Path) -> dict[str, str]:
    """The hash of each row of a dataset by its id.

    Raises:
        StorageError: a shard cannot be read.
    """
    return hashes(samples(dataset, pictures=False))


def hashes(rows: Iterable[SampleRow]) -> dict[str, str]:
    """The hash of each row by its id."""
    return {row.id: row_hash(row) for row in rows}
