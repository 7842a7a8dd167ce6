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
from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Row
from pipeline.validation.rule import Flaw, Rule, each

_THING: Final = (
    r"(?:(?:object|item|action|key[- ]item|detection|frame)s? lists?|lists? of (?:objects|items|"
    r"actions|detections|frames|captions)|(?:frame |image |video )?captions?|annotations?|"
    r"transcripts?|metadata|meta-data|bounding boxes|(?:frame |scene |video )?descriptions?|"
    r"task context|task description|ground[- ]truth|prompts?|context|notes?)"
)
_GIVEN: Final = r"(?:provided|supplied|given|listed|shown to me|above|below|available)"
_CONTEXT: Final = re.compile(
    rf"\b(?:{_GIVEN} {_THING}\b|{_THING} (?:(?:that )?(?:is|are|was|were) )?"
    rf"(?:provided|supplied|given)\b"
    rf"|(?:according to|based on|as (?:stated|described|listed|mentioned) in|per|from) the "
    rf"(?:{_GIVEN} )?(?:captions?|annotations?|transcripts?|metadata|object lists?|prompts?|"
    rf"(?:frame |video )descriptions?|task (?:context|description)|ground[- ]truth)\b"
    rf"|the (?:captions?|annotations?|metadata|object list|task (?:context|description)|prompt|"
    rf"ground[- ]truth),? (?:which |that )?(?:says?|states?|confirms?|indicates?|mentions?|"
    rf"describes?|tells?|notes?|lists?|shows?)\b"
    rf"|(?:the|this) (?:ground[- ]truth|correct|expected|reference) answer (?:is|was) "
    rf"(?:given|provided))",
    re.IGNORECASE,
)
_WORD: Final = re.compile(
    r"lists?\b|capti|annot|transcr|meta-?data|boxes|descript|context|truth|prompt|note|answer",
    re.IGNORECASE,
)
"""Every leak has one of these words; most texts have none and are done with at once."""
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
        if _WORD.search(text) and (match := _CONTEXT.search(text)):
            yield Flaw("context", f"the {name} says {match.group()!r}")
        if not numbered and (match := _FRAME_ID.search(text)):
            yield Flaw("frame_id", f"the {name} says {match.group()!r}")
    if row.question and row.answer and not row.options:
        found = answer_leaked(Text(row.question, row.answer, ""))
        if found is not None:
            yield Flaw("answer", found.message)


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
