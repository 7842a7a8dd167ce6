"""Who speaks, and of whom: a person that changes within a dataset teaches nothing.

Pause-and-Think's published answers mix "you are holding" with "I am holding", and captions of
egocentric video speak of a "camera wearer" who is the one that asks.
"""

import re
from typing import Final, Literal

from pipeline.stages.selection_rules.finding import Finding, Text

Perspective = Literal["third_person", "first_person"]

_QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"")
"""What a sign or a speaker in the video says is nobody's perspective."""

_PRONOUN: Final = re.compile(
    # "US" is a country and "mine" a pit; "I" is a pronoun only as a capital.
    r"\b(?:I|[Mm]e|[Mm]y|[Mm]yself|[Ww]e|us|Us|[Oo]urs?|[Oo]urselves|[Yy]ou|[Yy]ours?|"
    r"[Yy]ourself|[Yy]ourselves|WE|YOU|MY|YOUR|OUR)\b"
)

_WEARER: Final = re.compile(
    r"\b(?:camera[- ]?(?:wearer|person|man|woman|operator|holder)|"
    r"(?:person|man|woman|one) (?:wearing|holding|behind) the camera)\b",
    re.IGNORECASE,
)


def perspective_drift(text: Text, perspective: Perspective) -> Finding | None:
    """Words of another person than the recipe's."""
    forbidden = _PRONOUN if perspective == "third_person" else _WEARER
    for name, words in text.parts:
        found = forbidden.search(_QUOTED.sub(" ", words))
        if found:
            person = perspective.replace("_", " ")
            return Finding(
                "perspective_drift",
                f"the {name} says {found.group()!r}, and the dataset speaks in the {person}",
            )
    return None
