"""What a text at a pause could not know: times, things and events from after the question point.

Pause-and-Think's published reasoning says now and then what it "sees in the video" that the user
does next, which nobody who was shown the clip up to the question has seen.
"""

import re
from collections.abc import Collection
from typing import Final

from pipeline.models.program.distractors.mentions import labels_in
from pipeline.stages.selection_rules.finding import Finding, Text

SLACK: Final = 0.1
"""Seconds that a time may lie past the point: texts round to tenths."""

_WHO: Final = r"(?:the (?:user|person|wearer|worker)|you|I|he|she|they)"
_DOES: Final = (
    r"(?:picks?|takes?|puts?|places?|opens?|closes?|grabs?|lifts?|pours?|reach(?:es)?|adds?|cuts?|"
    r"walks?|goe?s?|moves?|turns?|begins?|starts?|uses?|sets?|drops?)"
)
LATER: Final = re.compile(
    r"\b(?:later (?:on )?in the (?:video|clip|footage|recording)"
    r"|(?:in|during|over) the (?:next|following|remaining) (?:part|seconds?)"
    r"|the (?:next|following|remaining|later) (?:clips?|frames?|video|footage|segment)"
    r"|in the rest of the (?:video|clip|footage)"
    r"|the (?:video|clip|footage|recording) (?:then |later |goes on|continues|ends|concludes)"
    r"|after (?:the|this) (?:paused?|question) (?:moment|point)"
    r"|(?:I|we) (?:can )?(?:see|saw|observe) (?:in the (?:video|clip) )?"
    r"(?:that |how )?(?:later|afterwards|subsequently)"
    rf"|(?:I|we) (?:can )?(?:see|saw|observe) in the (?:video|clip|footage) (?:that |how )?{_WHO} "
    rf"(?:then |next )?{_DOES}"
    rf"|{_WHO} (?:later|subsequently|eventually) (?:then )?{_DOES})\b",
    re.IGNORECASE,
)
"""Wording of somebody who has seen what comes after."""
MOMENT: Final = re.compile(
    r"(?:\b(?:at|from|to|until|till|between|by|around|and) |@ ?)"
    r"(\d{1,5}(?:\.\d+)?) ?(?:s|secs?|seconds?)\b(?! (?:of|per|long|later|before|after|earlier))"
    r"|<t>\s*(\d+(?:\.\d+)?)\s*</t>",
    re.IGNORECASE,
)
"""A point in time; `for 3 seconds` and `3 seconds later` are lengths."""


def future_leak(text: Text, point: float, later: Collection[str]) -> Finding | None:
    """A time after the point, wording of having seen what comes then, or a thing first seen then.

    Args:
        point: when the video stops, on its own clock.
        later: objects that show after the point and never before it.
    """
    for name, words in text.parts:
        for match in MOMENT.finditer(words):
            seconds = float(match[1] or match[2])
            if seconds > point + SLACK:
                return Finding(
                    "future_leak", f"the {name} speaks of {seconds:g} s, asked at {point:g} s"
                )
        if name != "question" and (found := LATER.search(words)):
            return Finding("future_leak", f"the {name} says {found.group()!r}")
        if known := sorted(labels_in(words).intersection(later)):
            return Finding(
                "future_leak", f"the {name} speaks of {known[0]}, which shows only after the pause"
            )
    return None
