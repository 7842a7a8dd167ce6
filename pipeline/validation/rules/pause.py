"""Answers to somebody who has stopped in the middle of a task: short, with his own sides."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.stages.selection_rules.address import screen_side
from pipeline.stages.selection_rules.concise import MOST, sentences
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_CATEGORY: Final = re.compile(r"(?:factual|future)[/_ ](?:past|planning)", re.IGNORECASE)
_ASKER: Final = re.compile(r"\b(?:I|[Mm]y|[Mm]e|[Mm]ine)\b")


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    paused = row.question_point is not None or bool(row.task and _CATEGORY.fullmatch(row.task))
    return _flaws(row) if paused and row.answer else None


def _flaws(row: Row) -> Iterator[Flaw]:
    answer = row.answer or ""
    if not row.letter and (count := sentences(answer)) > MOST:
        yield Flaw("long", f"the answer has {count} sentences")
    if _ASKER.search(row.question or ""):
        for name, text in row.said:
            if name != "question" and (found := screen_side(text)):
                yield Flaw("side", f"the {name} says {found!r} to the one who asks")
    if row.boxes is not None:
        boxed = {box.what for box in row.boxes}
        for item in row.key_items or ():
            if item not in boxed:
                yield Flaw("unseen", f"the key item {item} has no box")


PAUSE = Rule(
    name="pause",
    checks="whoever asks at a pause gets two sentences at most, his own left and right, and "
    "nothing that is not to be seen",
    needs="a moment at which it is asked, or a category of Pause-and-Think",
    kinds={
        "long": Kind("warning", "answers at a pause in more than two sentences"),
        "side": Kind("warning", "tells the one who asks a side of the picture"),
        "unseen": Kind("warning", "names a key item without a box on what was shown"),
    },
    watch=each(_check),
)
