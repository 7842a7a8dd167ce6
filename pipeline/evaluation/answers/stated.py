r"""Where in a reply its answer stands.

In this order: what is between `<answer>` tags; else what is in `\boxed{}`; else all that follows
the reasoning. Tags and boxes are looked for after the reasoning only, because models try answers
there.
"""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.evaluation.answers.boxed import boxes, has_open_box
from pipeline.evaluation.answers.parsed import Unparsed

_CLOSED: Final = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_OPENED: Final = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_ANSWER: Final = re.compile(r"<answer>(.*?)</answer>", re.DOTALL | re.IGNORECASE)
_ANSWER_OPENED: Final = re.compile(r"<answer>", re.IGNORECASE)
_SPECIAL: Final = re.compile(r"<\|(?:im_end|endoftext|eot_id|end_of_text)\|>|</s>\s*$")
REFUSAL: Final = re.compile(
    r"\b(?:i(?:'m| am)? (?:can(?:no|')t|could(?: no|n')t|do(?: no|n')t know|not sure|not able|"
    r"unable|sorry|won't)|unable to (?:determine|answer|tell|see|view|watch)|"
    r"(?:can(?: ?not|'t)|impossible to) (?:be )?(?:determine|answer|tell|say)|"
    r"not (?:enough|sufficient) information|as an ai|sorry)",
    re.IGNORECASE,
)
"""A reply that says that it gives no answer; asked only where none was found."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The texts in which an answer is given; several where tags or boxes repeat."""

    texts: tuple[str, ...]
    marked: bool
    """They stood in tags or boxes: nothing but the answer is expected there."""


def stated(reply: str) -> Stated | Unparsed:
    """The texts of a reply in which its answer stands."""
    text = _SPECIAL.sub("", reply.replace("’", "'"))
    # A template may have put the opening tag into the prompt, so only the closing one is here.
    rest = _CLOSED.split(text)[-1].strip()
    if _OPENED.search(rest):
        return Unparsed("unfinished", "the reasoning is not closed")
    if not rest:
        return Unparsed(
            "empty", "nothing stands after the reasoning" if text.strip() else "no text"
        )
    closed = "</answer>" in rest.lower()
    answers = [inside.strip() for inside in _ANSWER.findall(rest)] if closed else []
    if not answers and _ANSWER_OPENED.search(rest):
        answers = [_ANSWER_OPENED.split(rest)[-1].strip()]
    if answers:
        answers = [b.content for answer in answers for b in boxes(answer)] or answers
    else:
        answers = [box.content for box in boxes(rest)]
        if not answers and has_open_box(rest):
            return Unparsed("unfinished", "a box is not closed")
    if not answers:
        return Stated((rest,), marked=False)
    if not all(answers):
        return Unparsed("empty", "the answer's tags or box are empty")
    return Stated(tuple(answers), marked=True)


def missing(text: str, what: str) -> Unparsed:
    """Why a text without an answer has none."""
    if REFUSAL.search(text):
        return Unparsed("refusal", f"it declines: {text[:60]!r}")
    return Unparsed("no_answer", f"{text[:60]!r} gives no {what}")
