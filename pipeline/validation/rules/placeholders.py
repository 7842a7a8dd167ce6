"""Placeholders in prompts against the media that a row brings, as each trainer counts them.

What trainers do, by their own code: LLaMA-Factory counts in all messages and refuses any
difference; verl asserts the same of the prompt; Qwen-VL's scripts count in the user's turns and
refuse any difference, and a tag in a reply stays text; ms-swift puts missing ones in front of the
first message, and leaves those too many in the text. TRL has typed parts or, for plain texts,
adds them itself.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.validation.context import Context
from pipeline.validation.finding import Kind
from pipeline.validation.row import Attached, Row
from pipeline.validation.rule import Flaw, Rule, each

_EXACT: Final = ("llama-factory", "verl", "qwen-vl")
_USERS_ALONE: Final = ("qwen-vl",)
_MEDIA: Final = ("<image>", "<video>", "<audio>")
_PLACED: Final = (*_MEDIA, "<ref-object>", "<bbox>")
_ANY: Final = re.compile("|".join(_MEDIA))


def _check(row: Row, context: Context) -> Iterator[Flaw] | None:
    if row.attached is not None and row.turns is not None:
        if row.format == "trl" and all(turn.typed is None for turn in row.turns):
            return _stray(row)
        return _typed(row) if row.format == "trl" else _counted(row, row.attached)
    return _stray(row) if row.texts else None


def _stray(row: Row) -> Iterator[Flaw]:
    """A format without placeholders: each of them would count as one in every export."""
    for name, text in row.texts:
        if match := _ANY.search(text):
            yield Flaw("stray", f"the {name} has {match.group()}")


def _counted(row: Row, attached: tuple[Attached, ...]) -> Iterator[Flaw]:
    counts = {item.tag: item.number for item in attached}
    turns = row.turns or ()
    users = row.format in _USERS_ALONE
    text = "\n".join(t.text for t in turns if t.role == "user" or not users)
    typed = [part for t in turns for part in t.typed or ()]
    for tag in _PLACED:
        there, brought = text.count(tag), counts.get(tag, 0)
        there += typed.count(tag.strip("<>"))
        told = f"{there} {tag} for {brought}"
        if there > brought:
            yield Flaw("too_many", told)
        elif there < brought and (row.format in _EXACT or tag not in _MEDIA):
            yield Flaw("too_few", told)
    for turn in turns if users else ():
        if turn.role == "assistant" and (match := _ANY.search(turn.text)):
            yield Flaw("in_reply", f"a reply has {match.group()}")
    if row.format == "verl" and any(not item.records for item in attached):
        yield Flaw("bare_path", "a picture or a video is a bare path")


def _typed(row: Row) -> Iterator[Flaw]:
    parts = [part for turn in row.turns or () for part in turn.typed or ()]
    for item in row.attached or ():
        there = parts.count(item.tag.strip("<>"))
        if there != item.number:
            code = "too_many" if there > item.number else "too_few"
            yield Flaw(code, f"{there} parts of type {item.tag.strip('<>')!r} for {item.number}")


PLACEHOLDERS = Rule(
    name="placeholders",
    checks="as many `<image>`, `<video>`, `<bbox>` as the trainer wants for what is there",
    needs="a text",
    kinds={
        "too_many": Kind("error", "has more placeholders than media"),
        "too_few": Kind("error", "has fewer placeholders than media"),
        "in_reply": Kind("error", "has a placeholder in a reply"),
        "stray": Kind("error", "has a placeholder in a text that should have none"),
        "bare_path": Kind("warning", "brings media as paths, which older versions of verl refuse"),
    },
    watch=each(_check),
)
