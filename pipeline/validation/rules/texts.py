"""Texts that say nothing, or that a failed call left behind."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_STAND_IN: Final = re.compile(
    r"\W*(?:error|null|nan|n/?a|undefined|todo|tbd|lorem ipsum|\[?insert [^\]]*\]?|"
    r"\{\{.*\}\}|i(?:'m| am) sorry,? (?:but )?i can(?:'t|not) .*|"
    r"as an ai (?:language )?model.*)\W*",
    re.IGNORECASE | re.DOTALL,
)
"""Video-R1's generator writes `error` where a batch failed; others, what a template had."""


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    parts = (("question", row.question), ("answer", row.answer), ("reasoning", row.reasoning))
    if all(text is None for _, text in parts):
        return None
    return _flaws(parts)


def _flaws(parts: tuple[tuple[str, str | None], ...]) -> Iterator[Flaw]:
    for name, text in parts:
        if text is None:
            continue
        if not text.strip():
            yield Flaw("empty", f"the {name} is empty")
        elif _STAND_IN.fullmatch(text):
            yield Flaw("stand_in", f"the {name} is {text.strip()[:60]!r}")


TEXTS = Rule(
    name="texts",
    checks="question, answer and reasoning say something, and are no leftover of a failed call",
    needs="a question, an answer or reasoning",
    kinds={
        "empty": Kind("error", "has an empty text"),
        "stand_in": Kind("error", "has a word in a text's place that stands for a failure"),
    },
    watch=each(_check),
)
