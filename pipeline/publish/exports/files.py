"""JSON files written row by row, so that a dataset of any size needs no more memory.

A file appears with its first row: consumers fail on files without any.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


@dataclass
class JsonFile:
    """Rows between what stands before, between and after them."""

    path: Path
    before: str
    between: str
    rows: int = 0
    _file: IO[str] | None = None

    def add(self, row: dict[str, Any], key: str | None = None) -> None:
        """Append a row.

        Args:
            key: its name, in a file that is an object of rows.
        """
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="\n")
        self._file.write(self.between if self.rows else self.before)
        name = "" if key is None else f"{json.dumps(key)}: "
        self._file.write(name + json.dumps(row, ensure_ascii=False))
        self.rows += 1

    def end(self, after: str) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            with self._file as file:
                file.write(after)


@contextmanager
def json_lines(path: Path) -> Iterator[JsonFile]:
    """One object a line."""
    file = JsonFile(path, before="", between="\n")
    try:
        yield file
    finally:
        file.end("\n")


@contextmanager
def json_array(path: Path) -> Iterator[JsonFile]:
    """One list of objects, for readers that take a file whole."""
    file = JsonFile(path, before="[\n", between=",\n")
    try:
        yield file
    finally:
        file.end("\n]\n")


@contextmanager
def json_object(path: Path) -> Iterator[JsonFile]:
    """One object of rows by their names."""
    file = JsonFile(path, before="{\n", between=",\n")
    try:
        yield file
    finally:
        file.end("\n}\n")
