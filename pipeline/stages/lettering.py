"""Where the answer stands among its distractors; a helper, not a stage."""

from collections.abc import Sequence
from typing import Final

from blake3 import blake3

LETTERS: Final = "ABCD"
COUNT: Final = 3
"""Distractors of a question (VideoEspresso, supplement, figure 12)."""


def letter_of(question_id: str) -> str:
    """`A` to `D`, drawn uniformly from the question's id."""
    return LETTERS[int.from_bytes(_place("letter", question_id), "big") % len(LETTERS)]


def arrange(answer: str, wrong: Sequence[str], question_id: str) -> tuple[str, ...]:
    """The four texts in the order shown, the answer at its letter."""
    shown = sorted(wrong, key=lambda text: _place("option", question_id, text))
    shown.insert(LETTERS.index(letter_of(question_id)), answer)
    return tuple(shown)


def _place(*what: str) -> bytes:
    """A hash to sort by: no order that a reader could learn."""
    return blake3("\n".join(what).encode()).digest(length=8)
