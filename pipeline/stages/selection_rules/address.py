"""Who is spoken to at a pause, and whose left and right are meant.

Somebody asks for himself ("What am I holding?") and is answered as "you". Pause-and-Think's
published answers take his part now and then ("I am holding"), speak of him in two persons, or
tell him sides of the picture, which he does not see.
"""

import re
from typing import Final

from pipeline.stages.selection_rules.finding import Finding, Text

QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"")
"""What a sign or a speaker in the video says is nobody's perspective."""
AS_I: Final = re.compile(
    r"\b(?:I(?! (?:can |could |should |also |now |then |do not |don't |must |\w+ly )*(?:see|saw|"
    r"notice|observe|look|think|infer|conclude|know|need|assume|believe|consider|recall|identify|note|"
    r"reason|answer|would|will|have to)\b)|"
    r"[Mm]y(?! (?:own |third-person |first-person )?(?:answer|reasoning|conclusion|guess|analysis|"
    r"view|point of view|perspective|observation|understanding|response|task|role)s?\b)|[Mm]e)\b"
)
"""The one who acts; who only sees and concludes is the one who answers."""
AS_YOU: Final = re.compile(r"\b[Yy]ou(?:rs?|rself)?\b")
_AS_USER: Final = re.compile(
    r"\bthe (?:user|(?:camera[- ]?)?wearer|one who asks|questioner)\b", re.IGNORECASE
)
_PICTURE: Final = r"(?:screen|frame|picture|image|video|view|shot|camera|display)"
_SIDE: Final = r"(?:left|right)(?:-hand)?"
_SCREEN: Final = re.compile(
    rf"\b(?:{_SIDE} (?:(?:side|half|edge|part|corner|portion) )?(?:of|in) (?:the|this|my|your) "
    rf"{_PICTURE}|{_PICTURE}(?:'s)? {_SIDE}|on-?screen {_SIDE})\b",
    re.IGNORECASE,
)


def screen_side(words: str) -> str | None:
    """A side of the picture that a text tells, or None."""
    match = _SCREEN.search(QUOTED.sub(" ", words))
    return match.group() if match else None


def side_of_the_screen(text: Text) -> Finding | None:
    """A side of the picture in place of the side of the one who asks."""
    for name, words in text.parts:
        if found := screen_side(words):
            return Finding(
                "screen_side", f"the {name} says {found!r}, which is not the asker's side"
            )
    return None


def pronoun_drift(text: Text) -> Finding | None:
    """An answer that takes the part of the one who asks, or speaks of that one in two persons."""
    told = [(name, QUOTED.sub(" ", words)) for name, words in text.parts if name != "question"]
    for name, words in told:
        if found := AS_I.search(words):
            near = words[found.start() : found.start() + 40].strip()
            return Finding("pronoun_drift", f"the {name} says {near!r} of the one who asks")
    whole = " ".join(words for _, words in told)
    you, user = AS_YOU.search(whole), _AS_USER.search(whole)
    if you and user:
        return Finding(
            "pronoun_drift", f"{you.group()!r} and {user.group()!r} are the same person here"
        )
    return None
