"""Where imports write: a folder that is there whole or not at all, and loads as it is.

OUT/data/{split}-*.parquet   the rows, one explicit schema
OUT/unresolved.jsonl         what could not be resolved, a line a problem
OUT/import.json              the report: counts, and which conventions were found
OUT/schemas/*.json           what the rows' columns mean
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.imports.rows import Problem
from pipeline.publish.exports.files import JsonFile, json_lines
from pipeline.publish.folder import check_kind, replacing
from pipeline.publish.json_schema import json_schema
from pipeline.publish.shards import ShardWriter, writing
from pipeline.records import Record

UNRESOLVED: Final = "unresolved.jsonl"
REPORT: Final = "import.json"
_KIND: Final = "import"
_SHARD_ROWS: Final = 50_000


@dataclass(frozen=True)
class Report:
    """How an import ended."""

    kind: str
    source: str
    """The file's name."""
    rows: int
    """In the source."""
    imported: dict[str, int]
    """By split."""
    left_out: int
    problems: dict[str, int]
    """By code; a row may have several."""
    found: dict[str, Any]
    """What was found out about the file, by the kind of import."""


@dataclass
class Sink:
    """Takes rows and problems one by one."""

    table: type[Record]
    folder: Path
    files: ExitStack
    unresolved: JsonFile
    rows: int = 0
    left_out: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    found: dict[str, Any] = field(default_factory=dict)
    """For the report."""
    _tables: dict[str, ShardWriter] = field(default_factory=dict)

    def add(self, split: str, row: Record | None, problems: Iterable[Problem]) -> None:
        """A row of the source: what became of it, or None, and what was wrong."""
        self.rows += 1
        self.left_out += row is None
        for problem in problems:
            self.problems[problem.code] += 1
            self.unresolved.add(asdict(problem))
        if row is not None:
            self._table(split).add(row)

    @property
    def imported(self) -> dict[str, int]:
        """Rows by split."""
        return {split: table.rows for split, table in self._tables.items()}

    def _table(self, split: str) -> ShardWriter:
        if split not in self._tables:
            shards = ShardWriter(self.folder / "data", split, self.table, _SHARD_ROWS)
            self._tables[split] = self.files.enter_context(writing(shards))
        return self._tables[split]


@contextmanager
def importing(out: Path, kind: str, source: Path, table: type[Record]) -> Iterator[Sink]:
    """A sink for the rows of a file; `out` is replaced when the block ends without an error.

    Raises:
        UsageError: `out` is no earlier import.
        StorageError: writing failed; `out` is as it was.
    """
    check_kind(out, _KIND)
    with replacing(out, f"{_KIND} {kind}") as building:
        with ExitStack() as files:
            unresolved = files.enter_context(json_lines(building / UNRESOLVED))
            sink = Sink(table, building, files, unresolved)
            yield sink
        report = asdict(report_of(sink, kind, source))
        _write(building / REPORT, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        name = "imported_sample" if kind == "videoespresso" else "grounding"
        _write(building / "schemas" / f"{name}.schema.json", json_schema(table))


def report_of(sink: Sink, kind: str, source: Path) -> Report:
    """What to tell of an import that has ended."""
    return Report(
        kind=kind,
        source=source.name,
        rows=sink.rows,
        imported=sink.imported,
        left_out=sink.left_out,
        problems=dict(sorted(sink.problems.items())),
        found=sink.found,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
