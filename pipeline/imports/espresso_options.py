"""Options and the right letter, in the spellings of VideoEspresso's test files."""

import re
from collections.abc import Sequence
from typing import Any, Final

from pipeline.imports.telling import Tell

_OPTION: Final = re.compile(r"\s*\(?([A-Z])(?:\)\s*[:.]?|[:.])\s*(.*)", re.DOTALL)
"""`(A): text`, `(A) text`, `A. text`, `A: text`, `A) text`."""
_LETTER: Final = re.compile(r"\s*\(?([A-Za-z])\)?[.:]?\s*")


def options_of(given: Any, tell: Tell) -> list[str]:
    """The texts of the options without their letters, where these go from A on."""
    if isinstance(given, dict):
        given = [given[letter] for letter in sorted(given)]
    if not given:
        return []
    if not (isinstance(given, list) and all(isinstance(text, str) for text in given)):
        tell("unreadable_options", "the options are no list of texts")
        return []
    found = [match for text in given if (match := _OPTION.fullmatch(text))]
    if [match[1] for match in found] == [letter_at(n) for n in range(len(given))]:
        return [match[2].strip() for match in found]
    return [text.strip() for text in given]


def letter_of(said: str, options: Sequence[str], tell: Tell) -> str | None:
    """The letter of the right option, or None where it names none."""
    if not options:
        return None
    match = _LETTER.fullmatch(said)
    if match and match[1].upper() in map(letter_at, range(len(options))):
        return match[1].upper()
    tell("letter_not_among_options", f"{said!r} names none of the {len(options)} options")
    return None


def letter_at(place: int) -> str:
    """`A` for 0."""
    return chr(ord("A") + place)


def place_of(letter: str) -> int:
    """0 for `A`."""
    return ord(letter) - ord("A")
