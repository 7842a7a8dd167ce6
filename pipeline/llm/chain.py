"""Following a request through what is stored: its reply, or what is to be asked next.

Online and batch calls do the same with it: ask what is missing, store it, follow again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from pipeline.llm.plain import PlainText, plain_text
from pipeline.llm.reading import text_of
from pipeline.llm.request import ChatRequest, Correction
from pipeline.llm.responses import Stored
from pipeline.llm.structured import Invalid, parse


@dataclass(frozen=True)
class Found:
    """A valid reply, and the answers that led to it: one, or two where it was asked once more."""

    data: BaseModel
    stored: tuple[Stored, ...]


@dataclass(frozen=True)
class Missing:
    """This request has no stored answer."""

    request: ChatRequest


@dataclass(frozen=True)
class Hopeless:
    """Two replies were not valid; a third would cost and hardly be better."""

    invalid: Invalid


def follow(
    request: ChatRequest,
    reply: type[BaseModel],
    context: Mapping[str, Any],
    find: Callable[[str], Stored | None],
) -> Found | Missing | Hopeless:
    """Where a request stands.

    Args:
        reply: what the answer must be; `PlainText` is whatever was said.
        context: what the request gave, for the validation of citations.
        find: the stored answer under a key.
    """
    answers: list[Stored] = []
    while True:
        stored = find(request.key)
        if stored is None:
            return Missing(request)
        answers.append(stored)
        if reply is PlainText:
            return Found(plain_text(stored.response), tuple(answers))
        text = text_of(stored.response)
        found = parse(text, reply, context)
        if not isinstance(found, Invalid):
            return Found(found, tuple(answers))
        if request.correction is not None:
            return Hopeless(found)
        again = f"That reply is not valid: {found.message}. Give the whole reply again, corrected."
        request = replace(request, correction=Correction(text, again))
