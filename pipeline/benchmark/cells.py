"""A question as a row of the sheet that people review, its texts safe in a spreadsheet."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.publish.published import SampleRow
from pipeline.publish.statistics import LETTERS

TEXTS: Final = ("id", "task", "question", "options", "letter", "evidence")
"""What a reviewer reads and must not change."""
PICTURES: Final = "pictures"
DECISION: Final = "decision"
NOTE: Final = "note"
COLUMNS: Final = (*TEXTS, PICTURES, DECISION, NOTE)

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet computes, or that hides such a beginning (OWASP)."""
_TAG: Final = re.compile(r"</?obj>")


def texts(row: SampleRow) -> dict[str, str]:
    """The texts of a question, by column."""
    options = [f"{letter}. {text}" for letter, text in zip(LETTERS, row.options, strict=True)]
    return {
        "id": row.id,
        "task": row.task,
        "question": row.question,
        "options": "\n".join(options),
        "letter": row.letter or "",
        "evidence": _TAG.sub("", row.evidence),
    }


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what could be one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def same(cell: str, text: str) -> bool:
    """A cell still says this text; line ends and blanks may have become others, and the
    apostrophe of `safe` may be gone."""
    return _plain(cell) in (_plain(text), _plain(safe(text)))


def joined(paths: Sequence[str]) -> str:
    """Paths of pictures in one cell."""
    return "\n".join(paths)


def _plain(text: str) -> str:
    return " ".join(text.split())
