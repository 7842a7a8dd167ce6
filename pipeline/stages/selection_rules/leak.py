"""Whether the question already says its answer."""

import re
from typing import Final

from pipeline.stages.selection_rules.finding import Finding, Text

_WORD: Final = re.compile(r"[\w']+")

_LEAST: Final = 2
"""Content words of an answer that can leak: "red" may well stand in a question about a red car."""

_FUNCTION_WORDS: Final = frozenset(
    _WORD.findall(
        "a an the this that these those there it its he she they him her them his hers their i my "
        "we our you your is are was were be been being do does did has have had will of in on at "
        "to by from with and so because as than yes no"
    )
)

_CHOICE: Final = "or"


def answer_leaked(text: Text) -> Finding | None:
    """The answer's content words stand in the question as they are, one after another.

    A question that offers choices ("a red bus or a blue tram?") has to name them all.
    """
    answer = _content(text.answer)
    if len(answer) < _LEAST:
        return None
    question = _content(text.question)
    size = len(answer)
    for at in range(len(question) - size + 1):
        around = question[max(0, at - 1) : at] + question[at + size : at + size + 1]
        if question[at : at + size] == answer and _CHOICE not in around:
            return Finding("answer_leaked", f"the question says its answer: {text.answer!r}")
    return None


def _content(text: str) -> list[str]:
    return [w for w in _WORD.findall(text.casefold()) if w not in _FUNCTION_WORDS]
