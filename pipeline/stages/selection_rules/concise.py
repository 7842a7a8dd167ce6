"""An answer to somebody in the middle of a task: one or two sentences (Pause-and-Think)."""

import re
from typing import Final

from pipeline.stages.selection_rules.finding import Finding

MOST: Final = 2
"""Sentences of an answer."""
_END: Final = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\be\.g)(?<!\bi\.e)(?<!\bNo)"
    r"[.!?]+[\"”’')\]]*(?=\s+[“\"(]?[A-Z0-9]|\s*$)"
)


def sentences(words: str) -> int:
    """How many sentences a text has; what has no full stop at its end is one too."""
    parts = _END.split(words)
    return sum(bool(part.strip()) for part in parts)


def too_many_sentences(answer: str) -> Finding | None:
    """An answer of more than two sentences."""
    count = sentences(answer)
    if count <= MOST:
        return None
    return Finding("not_concise", f"the answer has {count} sentences, more than {MOST}")
