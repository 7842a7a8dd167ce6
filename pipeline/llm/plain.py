"""Plain text: a reply that is the model's words as they came, with no schema asked or checked.

What is graded or rewarded must be what the model says by itself: a decoder held to a JSON schema
cannot fail at the form, and the probabilities of its tokens are not the model's.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from pipeline.llm.reading import text_of, whole

CUT_OFF: Final = "length"
"""The `finish_reason` of a text that reached `max_tokens`."""


class Token(BaseModel):
    """A token that the model wrote."""

    model_config = ConfigDict(frozen=True)

    text: str
    logprob: float
    """Natural logarithm of its probability, at most 0."""


class PlainText(BaseModel):
    """What a model said. Unlike JSON, a text that was cut off is still one: see `cut_off`."""

    model_config = ConfigDict(frozen=True)

    text: str
    finish_reason: str = ""
    """As the endpoint told it."""
    tokens: tuple[Token, ...] | None = None
    """In order, where log-probabilities were asked for and the endpoint gave them for all tokens;
    else None."""

    @property
    def cut_off(self) -> bool:
        """Whether the text ended because it was too long, and not because it was done."""
        return self.finish_reason == CUT_OFF


def plain_text(response: Mapping[str, Any]) -> PlainText:
    """The text of a complete response, and its tokens where it has them."""
    choice = response["choices"][0]
    return PlainText(
        text=whole(text_of(response)),
        finish_reason=str(choice.get("finish_reason") or ""),
        tokens=_tokens(choice.get("logprobs")),
    )


def _tokens(logprobs: Any) -> tuple[Token, ...] | None:
    content = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    if not isinstance(content, list) or not content:
        return None
    found = []
    for one in content:
        if not isinstance(one, Mapping) or not isinstance(one.get("token"), str):
            return None
        logprob = one.get("logprob")
        if isinstance(logprob, bool) or not isinstance(logprob, int | float):
            return None
        if not math.isfinite(logprob):
            return None
        found.append(Token(text=whole(one["token"]), logprob=float(logprob)))
    return tuple(found)
