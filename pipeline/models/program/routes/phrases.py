"""An ordered list as a text, and the list again from a text: so every option can be checked.

An option is entries with `, then ` between them. A description in free words is read for its turns
and for the landmarks that it names, in their order.
"""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.models.program.distractors.mentions import find_mentions
from pipeline.models.program.routes.kinds import Category

BETWEEN: Final = ", then "
WAYS: Final = {
    "straight": "go straight",
    "left": "turn left",
    "right": "turn right",
    "around": "turn around",
    "stop": "stop",
}
_KEYS: Final = {phrase: key for key, phrase in WAYS.items()}
_TURN: Final = re.compile(
    r"\b(?:(?:turn|bear|veer|swing|swerve|make|take|rotate)\w*"
    r"(?:\W+(?!left\b|right\b)\w+){0,5}?|then)\W+(left|right|around|round|u-turn|about-face)\b",
    re.IGNORECASE,
)
_LONE: Final = {"round": "around", "u-turn": "around", "about-face": "around"}


def told(sequence: Sequence[str], category: Category) -> str:
    """The list as one sentence without its full stop: `Go straight, then turn left`."""
    words = [WAYS[key] for key in sequence] if _is_of_ways(category) else list(sequence)
    text = BETWEEN.join(words)
    return text[:1].upper() + text[1:]


def read(text: str, category: Category) -> tuple[str, ...] | None:
    """The list that such a sentence tells; None where it tells none."""
    entries = [entry.strip() for entry in text.strip().rstrip(".").split(BETWEEN)]
    entries[0] = entries[0][:1].lower() + entries[0][1:]
    if not all(entries):
        return None
    if not _is_of_ways(category):
        return tuple(entries)
    return tuple(_KEYS[e] for e in entries) if all(e in _KEYS for e in entries) else None


def turns(text: str) -> tuple[str, ...]:
    """The turns that a text in free words tells, in its order."""
    found = (match[1].casefold() for match in _TURN.finditer(text))
    return tuple(_LONE.get(word, word) for word in found)


def named(text: str, of: Sequence[str]) -> tuple[str, ...]:
    """Which of these labels a text names, each where it first does."""
    mentioned = (mention.label for mention in find_mentions(text))
    return tuple(dict.fromkeys(label for label in mentioned if label in of))


def _is_of_ways(category: Category) -> bool:
    return category in ("route_description", "direction_change")
