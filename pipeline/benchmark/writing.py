"""The benchmark as a dataset folder in the form that is published, so that all that reads one
reads it: `validate`, `export`, `cut`, `report`."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
from pydantic import TypeAdapter

from pipeline.benchmark.letters import relettered
from pipeline.publish.clips import CLIPS, clip_list
from pipeline.publish.dataset import RECIPE_FILE, SCHEMAS
from pipeline.publish.json_schema import json_schema
from pipeline.publish.published import RejectionRow, SampleRow
from pipeline.publish.reading import samples, shards
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import (
    CAPTIONS,
    DEFAULT,
    PROVENANCE,
    REJECTED,
    PublishedTable,
    WrittenSplit,
)
from pipeline.publish.writers import TableWriters
from pipeline.recipe import Recipe
from pipeline.records import Record
from pipeline.storage.files import source
from pipeline.store import storage_errors

STAGE: Final = "benchmark"
"""What `rejected/` names as the stage that left a question out."""
_ROWS: Final = 64


def write_rows(
    dataset: Path,
    building: Path,
    recipe: Recipe,
    letters: Mapping[str, str],
    left_out: Mapping[str, tuple[str, str]],
    progress: Callable[[int], None],
) -> tuple[Statistics, list[WrittenSplit]]:
    """Write all tables, the list of clips, the recipe and the schemas.

    Args:
        letters: of the right answer of each question that is in, by its id.
        left_out: code and sentence of each test question that is not, by its id.
        progress: told how many rows of the dataset are read.

    Raises:
        StorageError: reading or writing failed.
    """
    settings = recipe.identity.publish
    statistics = Statistics(settings.language)
    videos: set[str] = set()
    tables = TableWriters(building, settings.shard_rows)
    with tables, clip_list(building / CLIPS) as clips:
        for done, row in enumerate(samples(dataset), 1):
            if row.id in letters:
                kept = relettered(row, letters[row.id])
                statistics.add(kept)
                tables.add(DEFAULT, kept, kept.split)
                clips.add(kept)
                videos.add(kept.video)
            elif row.id in left_out:
                tables.add(REJECTED, _rejection(row, *left_out[row.id]))
            progress(done)
        for table, column, wanted in ((PROVENANCE, "id", letters), (CAPTIONS, "video", videos)):
            for taken in _rows(dataset, table):
                if getattr(taken, column) in wanted:
                    tables.add(table, taken)
    shutil.copyfile(dataset / RECIPE_FILE, building / RECIPE_FILE)
    (building / "schemas").mkdir()
    for name, columns in SCHEMAS.items():
        (building / "schemas" / f"{name}.schema.json").write_bytes(json_schema(columns).encode())
    return statistics, tables.written()


def _rejection(row: SampleRow, code: str, message: str) -> RejectionRow:
    return RejectionRow(
        id=row.id,
        video=row.video,
        task=row.task,
        question=row.question,
        answer=row.answer,
        stage=STAGE,
        reason=code,
        message=message,
    )


def _rows(dataset: Path, table: PublishedTable) -> Iterator[Record]:
    """All rows of a table of the dataset."""
    kind: TypeAdapter[Record] = TypeAdapter(table.row)
    for file in shards(dataset, table.folder):
        with storage_errors("read", file), pq.ParquetFile(source(file)) as shard:
            for batch in shard.iter_batches(batch_size=_ROWS):
                yield from map(kind.validate_python, batch.to_pylist())
