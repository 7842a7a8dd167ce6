"""Tokens with their log-probabilities, and which of them spell a part of a text.

Endpoints give a list of tokens with `token`, `logprob` and, some, `bytes`. A token may end in the
middle of a character, so what they spell is joined as bytes; without `bytes`, a token's text is
taken, which is right wherever no character is cut.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

_FEWEST: Final = -1e4
"""Stands for minus infinity, which some servers send as null or as a huge negative number."""


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token."""

    data: bytes
    """What it spells, UTF-8; possibly a part of a character."""
    logprob: float
    """Natural logarithm of its probability, 0 or less."""


def read_tokens(content: Sequence[Mapping[str, Any]]) -> tuple[Token, ...]:
    """Tokens of a chat completion: `choices[0].logprobs.content` of OpenAI's form.

    Raises:
        ValueError: an entry has no token or no log-probability.
    """
    return tuple(_token(entry, place) for place, entry in enumerate(content))


def _token(entry: Mapping[str, Any], place: int) -> Token:
    text, spelled, logprob = entry.get("token"), entry.get("bytes"), entry.get("logprob")
    if not isinstance(text, str) or not isinstance(logprob, int | float) or math.isnan(logprob):
        raise ValueError(f"token {place} of the reply has no text or no log-probability: {entry}")
    data = bytes(spelled) if spelled is not None else text.encode()
    return Token(data, min(max(float(logprob), _FEWEST), 0.0))


def joined(tokens: Sequence[Token]) -> str:
    """The text that tokens spell; bytes that are no character stand for themselves."""
    return b"".join(t.data for t in tokens).decode(errors="surrogateescape")


def touching(tokens: Sequence[Token], start: int, end: int) -> tuple[Token, ...]:
    """The tokens that spell any part of `joined(tokens)[start:end]`.

    Raises:
        ValueError: there is none, as of an empty part.
    """
    text = joined(tokens)
    first, last = (len(text[:n].encode(errors="surrogateescape")) for n in (start, end))
    ends = list(accumulate(len(t.data) for t in tokens))
    found = tuple(
        token
        for token, until in zip(tokens, ends, strict=True)
        if until - len(token.data) < last and until > first and token.data
    )
    if not found:
        raise ValueError(f"no token spells characters {start} to {end} of {len(text)}")
    return found
