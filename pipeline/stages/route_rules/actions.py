"""Actions: what captions say is being done, each where it begins.

An action is a verb in -ing with up to four words that belong to it ("opening the door"). One that
comes again after another has no place in an order and is left out.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from pipeline.records import RouteMark
from pipeline.stages.route_rules.views import Captioned

_ACTION: Final = re.compile(r"\b([a-z]{2,}ing)\b((?: [a-z]+){0,4})", re.IGNORECASE)
_NOUNS: Final = frozenset(
    {
        *("building", "ceiling", "evening", "morning", "thing", "something", "nothing", "anything"),
        *("everything", "clothing", "king", "ring", "string", "spring", "wing", "painting"),
        *("railing", "parking", "crossing", "lighting", "awning", "during", "being", "flooring"),
        *("housing", "wedding", "meeting", "living", "dining", "according", "including"),
        *("surrounding", "remaining", "containing", "featuring", "showing", "wearing"),
    }
)
"""Words in -ing that are no action somebody is doing."""
_ENDS: Final = frozenset({"and", "while", "as", "is", "are", "who", "that", "which", "then"})
_ARTICLES: Final = frozenset({"a", "an", "the", "his", "her", "their", "my", "your", "its"})
_LINKS: Final = frozenset({"in", "on", "at", "to", "with", "of", "into", "from", "by", "for"})


def actions(frames: Sequence[Captioned]) -> tuple[RouteMark, ...]:
    """The actions of a stretch of video, in the order in which they begin."""
    said = [(name, frame) for frame in frames if (name := action_in(frame.text)) is not None]
    runs = [(name, next(iter(run))[1]) for name, run in groupby(said, lambda pair: pair[0])]
    names = [name for name, _ in runs]
    return tuple(
        RouteMark(name=name, seconds=frame.pts_seconds, frame=frame.id)
        for name, frame in runs
        if names.count(name) == 1
    )


def action_in(caption: str) -> str | None:
    """The first action that a caption tells of; None where it tells of none."""
    for match in _ACTION.finditer(caption):
        verb = match[1].casefold()
        if verb not in _NOUNS:
            return " ".join([verb, *_kept(match[2].casefold().split())])
    return None


def _kept(words: list[str]) -> list[str]:
    """The words up to one that begins another part of the sentence, none loose at their end."""
    end = next((i for i, w in enumerate(words) if w in _ENDS or w.endswith("ing")), len(words))
    kept = words[:end]
    while kept and kept[-1] in _ARTICLES | _LINKS:
        kept.pop()
    return kept
