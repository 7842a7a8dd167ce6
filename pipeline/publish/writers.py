"""All tables of the dataset folder, open for writing at once."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.publish.shards import ShardWriter, writing
from pipeline.publish.tables import TABLES, PublishedTable, WrittenSplit, shard_file
from pipeline.records import Record


class TableWriters:
    """Takes rows in any order of tables; each split's rows keep their own order."""

    def __init__(self, folder: Path, shard_rows: int) -> None:
        """
        Args:
            folder: of the dataset.
            shard_rows: rows of a Parquet file.
        """
        self._folder = folder
        self._open = ExitStack()
        self._writers = {
            (table.name, split): ShardWriter(folder / table.folder, split, table.row, shard_rows)
            for table in TABLES
            for split in table.splits
        }

    def __enter__(self) -> Self:
        for writer in self._writers.values():
            self._open.enter_context(writing(writer))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return self._open.__exit__(kind, error, traceback)

    def add(self, table: PublishedTable, row: Record, split: str | None = None) -> None:
        """Append a row; a table of one split needs no `split`."""
        self._writers[table.name, split or table.splits[0]].add(row)

    def written(self) -> list[WrittenSplit]:
        """What lies in the folder, once all is closed; nothing of a split without rows."""
        return [
            WrittenSplit(
                table,
                split,
                writer.rows,
                writer.arrow_bytes,
                tuple(shard_file(self._folder, f"{table.folder}/{name}") for name in writer.names),
            )
            for table in TABLES
            for split in table.splits
            if (writer := self._writers[table.name, split]).rows
        ]
