"""Parquet tables of an export, a set of shards a split, the pictures inside."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pipeline.publish.exports.format import Add
from pipeline.publish.exports.media import picture
from pipeline.publish.published import Picture, SampleRow
from pipeline.publish.shards import ShardWriter, writing
from pipeline.publish.statistics import SPLITS
from pipeline.records import Record

_SHARD_ROWS: Final = 5000


def pictures(row: SampleRow) -> tuple[Picture, ...]:
    """Those of the core frames, in time order."""
    return tuple(picture(row, frame) for frame in row.core_frames)


@contextmanager
def split_tables(
    folder: Path, table: type[Record], make: Callable[[SampleRow, int], Record]
) -> Iterator[Add]:
    """Shards `{split}-{i}-of-{n}.parquet` of a table.

    Args:
        make: a row of the table from a sample and its place in its split.
    """
    with ExitStack() as tables:
        shards = {
            split: tables.enter_context(writing(ShardWriter(folder, split, table, _SHARD_ROWS)))
            for split in SPLITS
        }
        yield lambda row: shards[row.split].add(make(row, shards[row.split].rows))
