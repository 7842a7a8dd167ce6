"""Reading the CSV files that people write: `videos.csv`, `overrides.csv`, `box_overrides.csv`.

Their mistakes are told with file and line, and nothing is guessed: a misspelt column would
otherwise drop what it says without a word.
"""

import csv
import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.errors import InputError
from pipeline.storage.files import open_text
from pipeline.storage.place import Place

_NEARLY: Final = 0.82
"""Likeness from which another name is a misspelt column: `license`, `anwser`."""


@dataclass(frozen=True)
class Columns:
    """The columns that a file may have."""

    known: Sequence[str]
    required: Sequence[str]
    free: bool
    """Others may stand beside the known ones."""


@dataclass(frozen=True)
class Row:
    """One row, its values without the space around them."""

    line: int
    values: Mapping[str, str]

    def get(self, column: str) -> str | None:
        """The value, or None where the field is empty or there is no such column."""
        return self.values.get(column) or None


def read_rows(path: Place, columns: Columns) -> Iterator[Row]:
    """The rows below the first line, which names the columns.

    Raises:
        InputError: the file cannot be read, or has a column or row that cannot be meant.
    """
    reader = None
    try:
        with open_text(path) as file:
            reader = csv.reader(file, strict=True)
            names = [name.strip() for name in next(reader, [])]
            _check_header(path, names, columns)
            for fields in reader:
                if not fields:
                    continue  # an empty line, as editors leave one at the end
                line = reader.line_num
                if len(fields) != len(names):
                    raise InputError(
                        f"{path}, line {line}: has {len(fields)} fields and not {len(names)}, as "
                        "the first line has; a field with a comma in it needs quotes"
                    )
                yield Row(line, dict(zip(names, map(str.strip, fields), strict=True)))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except csv.Error as error:
        line = reader.line_num if reader else 1
        raise InputError(f"{path}, line {line}: is no valid CSV: {error}") from error


def _check_header(path: Place, names: Sequence[str], columns: Columns) -> None:
    absent = [name for name in columns.known if name not in names]
    for place, name in enumerate(names, 1):
        if not name:
            raise InputError(f"{path}, line 1: column {place} has no name")
        if names.count(name) > 1:
            raise InputError(f"{path}, line 1: the column `{name}` is there twice")
        if name in columns.known:
            continue
        close = difflib.get_close_matches(name.casefold(), absent, n=1, cutoff=_NEARLY)
        if close:
            raise InputError(
                f"{path}, line 1: there is no column `{name}`; did you mean `{close[0]}`?"
            )
        if not columns.free:
            known = ", ".join(columns.known)
            raise InputError(f"{path}, line 1: there is no column `{name}`; known are {known}")
    missing = [name for name in columns.required if name in absent]
    if missing:
        raise InputError(f"{path}, line 1: needs the column `{missing[0]}` (it names {names})")
