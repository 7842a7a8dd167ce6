"""What a reply in training data holds: reasoning, answer, boxes and times, tagged or not."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.validation.readers.fields import as_number
from pipeline.validation.row import BoxRef, Span

_THINK: Final = re.compile(r"<think(?:ing)?>(.*?)</think(?:ing)?>", re.DOTALL)
_ANSWER: Final = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_BOX: Final = re.compile(
    r"<box>(.*?)</box>|<\|?box_start\|?>(.*?)<\|?box_end\|?>"
    r"|\"bbox_2d\"\s*:\s*(\[[^\]]*\])",
    re.DOTALL,
)
_NAME: Final = re.compile(
    r"(?:<obj>(.*?)</obj>|<obj_start>(.*?)<obj_end>|<\|object_ref_start\|>(.*?)"
    r"<\|object_ref_end\|>)\s*$",
    re.DOTALL,
)
_NUMBER: Final = r"-?\d+(?:\.\d+)?"
_NUMBERS: Final = re.compile(_NUMBER)
_GROUP: Final = re.compile(r"\[[^\[\]]*\]")
_FROM_TO: Final = re.compile(rf"<t>\s*({_NUMBER})\s*</t>\s*s?\s*to\s*<t>\s*({_NUMBER})\s*</t>")
_GLUE: Final = re.compile(r"<glue>(.*?)</glue>", re.DOTALL)
_PAIR: Final = re.compile(rf"[(\[]\s*({_NUMBER})\s*,\s*({_NUMBER})\s*[)\]]")


def split_reply(text: str) -> tuple[str | None, str]:
    """Reasoning (None where there is no such tag) and answer; the answer alone where untagged."""
    thoughts = [thought.strip() for thought in _THINK.findall(text)]
    answers = _ANSWER.findall(text)
    answer = answers[-1] if answers else _THINK.sub(" ", text)
    return ("\n".join(thoughts) if thoughts else None), answer.strip()


def boxes_in(text: str) -> Iterator[BoxRef]:
    """Boxes that a text tags; one without numbers is there and empty."""
    for match in _BOX.finditer(text):
        inside = match[1] or match[2] or match[3] or ""
        name = _NAME.search(text, max(0, match.start() - 200), match.start())
        what = next((g for g in name.groups() if g), "a box") if name else "a box"
        groups = [g for g in _GROUP.findall(inside) if _NUMBERS.search(g)] or [inside]
        for group in groups:
            found = tuple(float(n) for n in _NUMBERS.findall(group))
            yield BoxRef(found, None, None, what.strip())


def spans_in(text: str) -> Iterator[Span]:
    """Stretches of time that a text tags."""
    for start, end in _FROM_TO.findall(text):
        yield Span(float(start), float(end), "the text")
    for inside in _GLUE.findall(text):
        for start, end in _PAIR.findall(inside):
            yield Span(float(start), float(end), "the text")


def spans_of(value: object, what: str) -> tuple[Span, ...] | None:
    """A pair of times, or a list of pairs; None where it is neither."""
    if not isinstance(value, list | tuple) or not value:
        return None
    pairs = [value] if not isinstance(value[0], list | tuple) else list(value)
    found: list[Span] = []
    for pair in pairs:
        ends = [as_number(v) for v in pair] if isinstance(pair, list | tuple) else []
        if len(ends) != 2 or ends[0] is None or ends[1] is None:
            return None
        found.append(Span(ends[0], ends[1], what))
    return tuple(found)
