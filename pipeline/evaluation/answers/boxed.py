r"""`\boxed{..}` in a text, braces balanced: `\boxed{\frac{1}{2}}` is one box."""

from dataclasses import dataclass
from typing import Final

_OPENING: Final = "\\boxed{"


@dataclass(frozen=True, slots=True)
class Boxed:
    """One box."""

    start: int
    """Where it begins in the text, in characters; `end` is one past its last brace."""
    end: int
    content: str
    at: int
    """Where its content begins, before blanks were stripped off."""


def boxes(text: str) -> tuple[Boxed, ...]:
    """All boxes that are closed, in order; boxes inside of boxes belong to the outer one."""
    found: list[Boxed] = []
    start = text.find(_OPENING)
    while start >= 0:
        at = start + len(_OPENING)
        end = _closing(text, at)
        if end is None:
            return tuple(found)
        found.append(Boxed(start, end + 1, text[at:end].strip(), at))
        start = text.find(_OPENING, end)
    return tuple(found)


def has_open_box(text: str) -> bool:
    """A box is begun and never closed, as where a reply was cut off."""
    whole = boxes(text)
    return text.find(_OPENING, whole[-1].end if whole else 0) >= 0


def _closing(text: str, at: int) -> int | None:
    depth = 1
    for place in range(at, len(text)):
        if text[place] == "\\" or (text[place - 1] == "\\" and text[place] in "{}"):
            continue
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return None
