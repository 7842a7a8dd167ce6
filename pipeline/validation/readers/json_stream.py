"""JSON files too large for memory, one element at a time: a list, an object, or one a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

_CHUNK: Final = 1 << 20
_LONGEST: Final = 1 << 26
"""Characters of one element; one that does not end within them never will."""
_MARGIN: Final = 16
"""An error so close to the end of what was read may be a value that is cut off there."""
_OF_NUMBERS: Final = "0123456789.eE+-"
_SPACE: Final = " \t\n\r"


class BrokenJsonError(ValueError):
    """The text is no JSON from here on; caught where the file is read."""


class Element(NamedTuple):
    """A value at the top of the file."""

    key: str | None
    """Its name, where the file is an object."""
    value: Any


def elements(path: Path, chunk: int = _CHUNK) -> Iterator[Element]:
    """The elements of a list, the members of an object, or the values of lines.

    Raises:
        BrokenJsonError: what follows the elements so far cannot be read.
        OSError: the file cannot be.
    """
    with path.open(encoding="utf-8-sig") as file:
        text = _Text(file, chunk)
        try:
            first = text.peek()
            if first == "[":
                for value in text.elements():
                    yield Element(None, value)
            elif first == "{" and not _is_lines(path):
                yield from text.members()
            elif first:
                while text.peek():
                    yield Element(None, text.value())
        except UnicodeDecodeError as error:
            raise BrokenJsonError(f"it is not UTF-8: {error.reason}") from error


def _is_lines(path: Path) -> bool:
    """Whether the first line is a whole row; an object of rows on one line is none."""
    with path.open(encoding="utf-8-sig") as file:
        line = next((line for line in iter(lambda: file.readline(_CHUNK), "") if line.strip()), "")
    try:
        row = json.loads(line)
    except ValueError:
        return False
    return isinstance(row, dict) and not all(isinstance(v, dict) for v in row.values())


class _Text:
    """A window over a text file."""

    def __init__(self, file: TextIO, chunk: int) -> None:
        self._file = file
        self._chunk = chunk
        self._decode = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._before = 0
        self._ended = False

    def elements(self) -> Iterator[Any]:
        """Of the list that begins here."""
        self._take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() != "]":
                self._take(",")
        self._take("]")
        self._take("")

    def members(self) -> Iterator[Element]:
        """Of the object that begins here."""
        self._take("{")
        while self.peek() != "}":
            key = self.value()
            self._take(":")
            yield Element(str(key), self.value())
            if self.peek() != "}":
                self._take(",")
        self._take("}")
        self._take("")

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._more(self._chunk)

    def value(self) -> Any:
        """The value that begins here."""
        self.peek()
        wanted = self._chunk
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._may_go_on(error):
                    place = self._before + error.pos
                    raise BrokenJsonError(f"{error.msg} at character {place}") from error
            else:
                # A number may be cut off in the middle of `1.5e3`, which reads as 1 until then.
                cut = self._text[end : end + _MARGIN].strip(_OF_NUMBERS) == ""
                if self._ended or not cut or len(self._text) - end > _MARGIN:
                    self._at = end
                    return value
            self._more(wanted)
            wanted *= 2

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether the value may only be cut off where the window ends."""
        if self._ended or len(self._text) - self._at > _LONGEST:
            return False
        return error.pos >= len(self._text) - _MARGIN or error.msg.startswith("Unterminated")

    def _take(self, mark: str) -> None:
        found = self.peek()
        if found != mark:
            place = self._before + self._at
            wanted, there = (repr(what) if what else "the end" for what in (mark, found))
            raise BrokenJsonError(f"{wanted} expected at character {place}, not {there}")
        self._at += len(mark)

    def _more(self, count: int) -> None:
        """Read on, and forget what is behind."""
        new = self._file.read(count)
        self._ended = not new
        self._before += self._at
        self._text = self._text[self._at :] + new
        self._at = 0
