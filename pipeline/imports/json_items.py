"""The elements of a JSON file one after another: a released file has hundreds of megabytes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from pipeline.errors import InputError

_CHUNK: Final = 1 << 20
_LONGEST: Final = 64 << 20
"""Characters after which an element is taken for a mistake in the file, and not read on for."""
_GAP: Final = re.compile(r"[\s,]*")


def json_items(path: Path) -> Iterator[Any]:
    """The elements of a list, or the values of JSON Lines, whichever the file is.

    Raises:
        InputError: the file cannot be read or is neither.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            start = file.read(_CHUNK)
            listed = start.lstrip().startswith("[")
            if listed:
                yield from _elements(path, file, start.lstrip()[1:])
                return
        with path.open(encoding="utf-8-sig") as file:
            yield from _lines(path, file)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _elements(path: Path, file: IO[str], text: str) -> Iterator[Any]:
    """What stands in a list, whose bracket is read already."""
    decoder, at, row = json.JSONDecoder(), 0, 1
    while True:
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        if text.startswith("]", at):
            return
        try:
            item, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            more = file.read(_CHUNK)
            if not more and at == len(text):
                raise InputError(f"{path} ends before its list does: is it whole?") from error
            if not more or len(text) - at > _LONGEST:
                raise InputError(f"{path}: element {row} is no JSON: {error.msg}") from error
            text, at = text[at:] + more, 0
            continue
        yield item
        at, row = end, row + 1


def _lines(path: Path, file: IO[str]) -> Iterator[Any]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: is no JSON: {error.msg}") from error


def json_document(path: Path) -> Any:
    """A whole document, for files that are small.

    Raises:
        InputError: the file cannot be read or is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: is no JSON: {error.msg}") from error
