"""Reading: what an answer at a pause says of now and of before, from its words alone.

A clause speaks of before where it says "was", "had", "earlier" or the like, and otherwise of what
the clause before it spoke of; a sentence begins with now. A place belongs to the object before it,
and "it" is the last object that was named.
"""

import re
from dataclasses import dataclass
from typing import Final, cast

from pipeline.models.program.distractors.mentions import find_mentions
from pipeline.models.program.observations import Side

_SENTENCE: Final = re.compile(r"[.!?](?=\s|$)")
_CLAUSE: Final = re.compile(r"[,;]|\band\b", re.IGNORECASE)
_BEFORE: Final = re.compile(r"\b(?:was|were|had|earlier|before)\b", re.IGNORECASE)
_NOW: Final = re.compile(r"\b(?:is|are|has|have|now)\b", re.IGNORECASE)
_IT: Final = re.compile(r"\b(?:it|one)\b", re.IGNORECASE)
_SIDE: Final = re.compile(
    r"\bon (?:your |the )(left|right)\b|\b(in front of you|in the centre)\b", re.IGNORECASE
)
_CLOSER: Final = re.compile(r"\bcomes? closer\b|\bcame closer\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """That an object is there, now or before, in a place as far as it is said."""

    label: str
    before: bool
    plural: bool = False
    side: Side | None = None
    closer: bool = False
    """It has come closer since before."""


def read(text: str) -> list[Said]:
    """The statements of an answer, in its order, none twice."""
    found: list[Said] = []
    last: str | None = None
    for sentence in _SENTENCE.split(text):
        before = False
        for clause in _CLAUSE.split(sentence):
            # "It was further away before and has come closer": each clause has its own tense.
            if _BEFORE.search(clause):
                before = True
            elif _NOW.search(clause):
                before = False
            named = find_mentions(clause)
            closer = bool(_CLOSER.search(clause))
            if not named and last is not None and (_IT.search(clause) or closer):
                found.append(Said(last, before, side=_side(clause), closer=closer))
            for place, mention in enumerate(named):
                end = named[place + 1].start if place + 1 < len(named) else len(clause)
                where = _side(clause[mention.end : end])
                plural = mention.form == "many"
                found.append(Said(mention.label, before, plural, where, closer))
                last = mention.label
    return list(dict.fromkeys(found))


def _side(words: str) -> Side | None:
    match = _SIDE.search(words)
    if match is None:
        return None
    return "centre" if match[2] else cast(Side, match[1].casefold())
