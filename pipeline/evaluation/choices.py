"""Options and letters in their many spellings: `B`, `(B)`, `B. A car`, `(B): A car`."""

import re
from typing import Final, NamedTuple

LETTERS: Final = "ABCDEFGH"

_LABEL: Final = re.compile(r"\s*(?:\(([A-H])\)|([A-H])(?=[.):]))[.):]*\s*")
_LETTER: Final = re.compile(r"\s*[(\[]?([A-Za-z])[)\]]?[.:]*(?:\s+(?P<text>\S.*))?\s*", re.DOTALL)
_LINE: Final = re.compile(r"^\s*(?:\(([A-H])\)|([A-H])[.):])[.:]*[ \t]+(\S.*?)\s*$", re.MULTILINE)
_INLINE: Final = re.compile(r"(?:^|(?<=\s)|(?<=[,;]))(?:\(([A-H])\)|([A-H])[.):])[.:]*\s+")


class Letter(NamedTuple):
    """An answer's letter as it was written."""

    letter: str
    bare: bool
    """Nothing stands beside it."""


class Found(NamedTuple):
    """Options found in a text."""

    question: str
    """What stands before them."""
    options: tuple[str, ...]
    inline: bool
    """They share a line, so a comma in one of them cannot be told from the one between two."""


def read_letter(text: str) -> Letter | None:
    """The letter that a text gives, alone or before its option; None where it gives none.

    `A car` is no letter A, and neither is a lower-case article.
    """
    match = _LETTER.fullmatch(text)
    if match is None:
        return None
    marked = text.strip()[:1] in "([" or text.strip()[1:2] in (".", ":", ")")
    if match["text"] and not marked:
        return None
    if not match[1].isupper() and (match["text"] or not marked):
        return None
    return Letter(match[1].upper(), text == match[1])


def read_label(option: str) -> tuple[str | None, str]:
    """The label that an option begins with, and the option without it."""
    match = _LABEL.match(option)
    if match is None:
        return None, option
    return match[1] or match[2], option[match.end() :]


def read_options(text: str) -> Found | None:
    """Options that a question's text lists, labelled from A on; None where it lists none."""
    lines = list(_LINE.finditer(text))
    labels = [m[1] or m[2] for m in lines]
    if len(labels) > 1 and "".join(labels) == LETTERS[: len(labels)]:
        return Found(text[: lines[0].start()].strip(), tuple(m[3] for m in lines), False)
    marks: list[re.Match[str]] = []
    for match in _INLINE.finditer(text):
        if (match[1] or match[2]) == LETTERS[len(marks) : len(marks) + 1]:
            marks.append(match)
    if len(marks) < 2:
        return None
    ends = [m.start() for m in marks[1:]] + [len(text)]
    options = tuple(
        text[m.end() : end].strip().rstrip(",;").strip() for m, end in zip(marks, ends, strict=True)
    )
    return Found(text[: marks[0].start()].strip(), options, True)


def chosen(options: tuple[str, ...], letter: str | None) -> str | None:
    """The text of the option that a letter says, without its label."""
    found = read_letter(letter) if letter else None
    place = LETTERS.find(found.letter) if found else -1
    return read_label(options[place])[1] if 0 <= place < len(options) else None
