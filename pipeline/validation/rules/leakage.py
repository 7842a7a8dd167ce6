"""Words that show what the writer was given and the viewer is not.

Whoever answers has the video. Published reasoning speaks of the object list provided for the
task, of captions, of what the task's context confirms, or of frames by the ids of a prompt; a
model trained on it learns to make such things up.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.stages.selection_rules.finding import Text
from pipeline.stages.selection_rules.leak import answer_leaked
from pipeline.stages.selection_rules.privileged import context_in
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_ORDINAL: Final = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final)"
_FRAME_ID: Final = re.compile(
    r"\b[0-9a-f]{32}/f\d+\b"
    r"|\bframe[_#]\d+\b|\b[Ff]rames? #?\d+\b|\bframe_?id\b"
    r"|[(\[]F\d{1,5}[)\]]|\bF\d{1,5}(?:, | and | to |-)F\d{1,5}\b|\b[Ii]n F\d{1,5},"
    rf"|\b[Tt]he {_ORDINAL} (?:frame|caption)\b"
)


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    return _flaws(row) if row.said else None


def _flaws(row: Row) -> Iterator[Flaw]:
    # A prompt that numbers its pictures lets the reply do so, too.
    numbered = any(t.role == "user" and _FRAME_ID.search(t.text) for t in row.turns or ())
    for name, text in row.said:
        if found := context_in(text):
            yield Flaw("context", f"the {name} says {found!r}")
        if not numbered and (match := _FRAME_ID.search(text)):
            yield Flaw("frame_id", f"the {name} says {match.group()!r}")
    if row.question and row.answer and not row.options:
        leaked = answer_leaked(Text(row.question, row.answer, ""))
        if leaked is not None:
            yield Flaw("answer", leaked.message)


LEAKAGE = Rule(
    name="leakage",
    checks="no text speaks of lists, captions or frame ids that only the writer had; no question "
    "says its answer",
    needs="a question, an answer or reasoning",
    kinds={
        "context": Kind("warning", "speaks of something that only its writer was given"),
        "frame_id": Kind("warning", "speaks of a frame by an id or a number"),
        "answer": Kind("warning", "has its answer in the question"),
    },
    watch=each(_check),
)
