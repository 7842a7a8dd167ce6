"""The box that a reply gives, as `[x1, y1, x2, y2]` in shares of the picture."""

import re
from typing import Final, TypeAlias

from pipeline.evaluation.answers.parsed import Parsed, Unparsed
from pipeline.evaluation.answers.stated import missing, stated

Corners: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""

_FOUR: Final = re.compile(r"[\[(]\s*(-?[\d.]+(?:\s*,\s*-?[\d.]+)+)\s*[\])]")
_PART: Final = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")


def read_box(reply: str, *, width: float = 1.0, height: float = 1.0) -> Parsed[Corners] | Unparsed:
    """The one box of a reply.

    Args:
        width: what the right edge of the picture is in the model's numbers, as `height` is the
            bottom one: 1, 1000, or the picture's pixels as the model saw it. Nothing is guessed.
    """
    found = stated(reply)
    if isinstance(found, Unparsed):
        return found
    boxes: set[Corners] = set()
    for text in found.texts:
        for group in _FOUR.finditer(text):
            numbers = group[1].replace(" ", "").split(",")
            if len(numbers) != 4 or not all(_PART.fullmatch(n) for n in numbers):
                return Unparsed("malformed", f"{group[0][:60]!r} is not four numbers")
            x1, y1, x2, y2 = (float(n) for n in numbers)
            boxes.add((x1 / width, y1 / height, x2 / width, y2 / height))
    if len(boxes) > 1:
        return Unparsed("several", f"it gives {len(boxes)} boxes")
    if not boxes:
        return missing(" ".join(found.texts), "box")
    box = boxes.pop()
    if not (0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1):
        return Unparsed("malformed", f"{list(box)} is no box within the picture")
    return Parsed(box)
