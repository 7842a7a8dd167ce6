"""Conversations: question, options, reasoning and answer out of user and assistant turns."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from pipeline.evaluation.choices import Found, chosen, read_letter, read_options
from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.reply import boxes_in, spans_in, split_reply
from pipeline.validation.row import BoxRef, Named, Problem, Span, Turn

_ROLES: Final = {
    "human": "user",
    "gpt": "assistant",
    "user": "user",
    "assistant": "assistant",
    "system": "system",
}
_PLACEHOLDER: Final = re.compile(r"<(?:image|video|audio)>")


class Said(NamedTuple):
    """What a conversation, or a question and its reply, says."""

    question: str | None
    answer: str | None
    reasoning: str | None
    options: tuple[str, ...] | None
    inline: bool
    letter: str | None
    boxes: tuple[BoxRef, ...] | None
    spans: tuple[Span, ...] | None


def turns_of(fields: Fields, name: str, role: str, content: str) -> tuple[Turn, ...] | None:
    """The turns in a list of messages whose fields have these names."""
    messages = fields.records(name)
    if messages is None:
        return None
    found = []
    for message in messages:
        who = _ROLES.get(message.text(role) or "", "user")
        text, typed = _content(message.raw.get(content))
        if text is None:
            told = f"a message of `{name}` has no text in `{content}`"
            fields.problems.append(Problem("wrong_type", told))
            text = ""
        found.append(Turn(cast(Any, who), text, typed))
    return tuple(found)


def _content(value: Any) -> tuple[str | None, tuple[str, ...] | None]:
    """Text and types of parts; a part is a record with `type`, and `text` where it is one."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        texts = [str(part["text"]) for part in value if part.get("text") is not None]
        return "\n".join(texts), tuple(str(part.get("type", "text")) for part in value)
    return None, None


def said_by(turns: Sequence[Turn]) -> Said:
    """Of a conversation: the first question and the last reply."""
    asked = next((t.text for t in turns if t.role == "user"), None)
    replied = next((t.text for t in reversed(turns) if t.role == "assistant"), None)
    return said(asked, replied)


def said(asked: str | None, replied: str | None, options: tuple[str, ...] | None = None) -> Said:
    """Of a question's text and the text of its reply.

    Args:
        options: where the row lists them itself; they are looked for in the question otherwise.
    """
    asked = None if asked is None else _PLACEHOLDER.sub(" ", asked).strip()
    listed: Found | None = None
    if options is None and asked is not None:
        listed = read_options(asked)
        options = listed.options if listed else None
    reasoning, answer = (None, None) if replied is None else split_reply(replied)
    letter = answer if answer and options and read_letter(answer) else None
    text = replied or ""
    return Said(
        question=listed.question if listed else asked,
        answer=chosen(options, letter) or answer if options else answer,
        reasoning=reasoning,
        options=options,
        inline=listed.inline if listed else False,
        letter=letter,
        boxes=tuple(boxes_in(text)) or None,
        spans=tuple(spans_in(text)) or None,
    )


def named(turns: Sequence[Turn]) -> tuple[Named, ...]:
    """Every turn's text, called by its number and role."""
    return tuple(Named(f"turn {n} ({t.role})", t.text) for n, t in enumerate(turns, 1))
