"""Asking: a request in, a valid reply out, or the reason why there is none.

    stored? ── no ──> call ──> complete? ── stored ──> valid? ── no ──> asked once more
                                 │ no                    │ no, again
                                 └──> ModelFailure       └──> ModelFailure

A reply is complete by its `finish_reason`, which is read before its text.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from pipeline.llm.attempts import Asked
from pipeline.llm.calls import Calls
from pipeline.llm.price import Tokens
from pipeline.llm.reading import text_of, tokens_of
from pipeline.llm.request import ChatRequest, Correction
from pipeline.llm.responses import Responses, Stored
from pipeline.llm.structured import Invalid, parse


@dataclass(frozen=True)
class Answered:
    """A valid reply, and where it came from."""

    data: BaseModel
    keys: tuple[str, ...]
    """Of the requests that led to it: one, or two where it was asked once more."""
    model: str
    """As the endpoint reported it."""
    finish_reason: str
    tokens: Tokens
    usd: float
    """Spent now: nothing for what was stored."""
    calls: int


@dataclass(frozen=True)
class Unanswered:
    """No valid reply."""

    error_class: str
    message: str
    tokens: Tokens
    usd: float
    calls: int


@dataclass
class _Spent:
    tokens: Tokens = field(default_factory=lambda: Tokens(0))
    usd: float = 0.0
    calls: int = 0

    def add(self, tokens: Tokens | None, usd: float | None, calls: int) -> None:
        if tokens is not None:
            given, cached = self.tokens.given + tokens.given, self.tokens.cached + tokens.cached
            self.tokens = Tokens(given, cached, self.tokens.written + tokens.written)
        self.usd += usd or 0.0
        self.calls += calls


@dataclass
class Asking:
    """Asks one endpoint, over the answers that are stored."""

    calls: Calls
    responses: Responses
    _flying: "dict[str, asyncio.Future[Stored | Unanswered]]" = field(default_factory=dict)

    async def ask(
        self,
        request: ChatRequest,
        reply: type[BaseModel],
        context: Mapping[str, Any],
        stage: str,
        unit: str,
    ) -> Answered | Unanswered:
        """The reply to a request; asked once more, with the validator's message, if not valid.

        Raises:
            HaltedError: the run must stop before this request was answered.
        """
        spent, keys = _Spent(), list[str]()
        while True:
            keys.append(request.key)
            stored = await self._stored(request, stage, unit, spent)
            if isinstance(stored, Unanswered):
                return stored
            text = text_of(stored.response)
            found = parse(text, reply, context)
            if not isinstance(found, Invalid):
                choice = stored.response["choices"][0]
                return Answered(
                    found,
                    tuple(keys),
                    str(stored.response.get("model") or ""),
                    str(choice.get("finish_reason") or ""),
                    spent.tokens,
                    spent.usd,
                    spent.calls,
                )
            if request.correction is not None:
                return _unanswered(found.error_class, found.message, spent)
            request = replace(request, correction=Correction(text, _asked_again(found)))

    async def _stored(
        self, request: ChatRequest, stage: str, unit: str, spent: _Spent
    ) -> Stored | Unanswered:
        """The complete answer, from the store or from the endpoint."""
        stored = self.responses.find(request.key)
        if stored is not None:
            return stored
        flying = self._flying.get(request.key)
        if flying is not None:
            # Two units ask the same at once: one call serves both.
            return await asyncio.shield(flying)
        future: asyncio.Future[Stored | Unanswered] = asyncio.get_running_loop().create_future()
        self._flying[request.key] = future
        try:
            answer = await self._call(request, stage, unit, spent)
            future.set_result(answer)
            return answer
        except BaseException as error:
            future.set_exception(error)
            future.exception()  # seen, though nobody else may be waiting
            raise
        finally:
            del self._flying[request.key]

    async def _call(
        self, request: ChatRequest, stage: str, unit: str, spent: _Spent
    ) -> Stored | Unanswered:
        asked = Asked(stage, unit, request.key, request.label)
        called = await self.calls.call(request, asked)
        body = called.last.body
        spent.add(tokens_of(body), called.usd, called.attempts)
        if body is None or called.last.error_class:
            message = called.last.message
            if called.attempts > 1:
                message += f" (after {called.attempts} calls)"
            return _unanswered(called.last.error_class, message, spent)
        stored = Stored(
            key=request.key,
            stage=stage,
            unit=unit,
            label=request.label,
            via="online",
            seconds=called.last.seconds,
            cost_usd=called.usd,
            request=request.shown(),
            response=body,
        )
        self.responses.add(stored)
        return stored


def _asked_again(invalid: Invalid) -> str:
    return f"That reply is not valid: {invalid.message}. Give the whole reply again, corrected."


def _unanswered(error_class: str, message: str, spent: _Spent) -> Unanswered:
    return Unanswered(error_class, message, spent.tokens, spent.usd, spent.calls)
