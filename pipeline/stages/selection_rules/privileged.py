"""Words that show what a writer was given and a viewer is not.

Published reasoning speaks of "the object list provided for this task" and of what "the task
context confirms" (Pause-and-Think); a model trained on it learns to make such things up.
"""

import re
from typing import Final

from pipeline.stages.selection_rules.finding import Finding, Text

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
    rf"|the (?:list (?:(?:that )?(?:is|was) )?(?:provided|supplied|given)|{_GIVEN} list)\b"
    rf"|(?:the|this) (?:ground[- ]truth|correct|expected|reference) answer (?:is|was) "
    rf"(?:given|provided))",
    re.IGNORECASE,
)
_WORD: Final = re.compile(
    r"lists?\b|capti|annot|transcr|meta-?data|boxes|descript|context|truth|prompt|note|answer",
    re.IGNORECASE,
)
"""Every leak has one of these words; most texts have none and are done with at once."""


def context_in(words: str) -> str | None:
    """What a text says of something that only its writer was given, or None."""
    match = _CONTEXT.search(words) if _WORD.search(words) else None
    return match.group() if match else None


def privileged_context(text: Text) -> Finding | None:
    """A text that speaks of lists, captions or a task that its reader has never seen."""
    for name, words in text.parts:
        if found := context_in(words):
            return Finding("privileged_context", f"the {name} says {found!r}")
    return None
