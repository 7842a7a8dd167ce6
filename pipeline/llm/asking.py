"""Asking: a request in, a valid reply out, or the reason why there is none.

    stored? ── no ──> call ──> complete? ── stored ──> valid? ── no ──> asked once more
                                 │ no                    │ no, again
                                 └──> ModelFailure       └──> ModelFailure

A reply is complete by its `finish_reason`, which is read before its text.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from pipeline.llm.attempts import ONLINE, OWN, Asked
from pipeline.llm.calls import Calls
from pipeline.llm.chain import Found, Hopeless, follow
from pipeline.llm.price import Tokens
from pipeline.llm.reading import tokens_of
from pipeline.llm.request import ChatRequest
from pipeline.llm.responses import Responses, Stored


@dataclass(frozen=True)
class Answered:
    """A valid reply, and where it came from."""

    data: BaseModel
    keys: tuple[str, ...]
    """Of the requests that led to it: one, or two where it was asked once more."""
    model: str
    """As the endpoint reported it."""
    finish_reason: str
    taken: Tokens | None
    """By the answers when they were given, spent now or not; None where one does not say."""
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
        spent, new = _Spent(), dict[str, Stored]()
        while True:
            found = follow(request, reply, context, lambda k: new.get(k) or self.responses.find(k))
            if isinstance(found, Found):
                return answered(found, spent.tokens, spent.usd, spent.calls)
            if isinstance(found, Hopeless):
                return _unanswered(found.invalid.error_class, found.invalid.message, spent)
            stored = await self._answer(found.request, stage, unit, spent)
            if isinstance(stored, Unanswered):
                return stored
            new[stored.key] = stored

    def known(
        self, request: ChatRequest, reply: type[BaseModel], context: Mapping[str, Any]
    ) -> Answered | None:
        """The valid reply to a request that was answered before; asks nobody."""
        found = follow(request, reply, context, self.responses.find)
        return answered(found, Tokens(0), 0.0, 0) if isinstance(found, Found) else None

    async def _answer(
        self, request: ChatRequest, stage: str, unit: str, spent: _Spent
    ) -> Stored | Unanswered:
        """The complete answer from the endpoint, or from another unit's call for it."""
        flying = self._flying.get(request.key)
        if flying is not None:
            # Two units ask the same at once: one call serves both.
            shared = await asyncio.shield(flying)
            if isinstance(shared, Stored):
                return shared
            return _unanswered(shared.error_class, shared.message, spent)
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
        via = ONLINE if self.calls.server is None else OWN
        asked = Asked(stage, unit, request.key, request.label, via)
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
            via=via,
            seconds=called.last.seconds,
            cost_usd=called.usd,
            request=request.shown(),
            response=body,
        )
        self.responses.add(stored)
        return stored


def answered(found: Found, tokens: Tokens, usd: float, calls: int) -> Answered:
    """A reply with what is known of where it came from."""
    response = found.stored[-1].response
    choice = response["choices"][0]
    return Answered(
        data=found.data,
        keys=tuple(stored.key for stored in found.stored),
        model=str(response.get("model") or ""),
        finish_reason=str(choice.get("finish_reason") or ""),
        taken=_taken(found),
        tokens=tokens,
        usd=usd,
        calls=calls,
    )


def _taken(found: Found) -> Tokens | None:
    each = [tokens_of(stored.response) for stored in found.stored]
    told = [tokens for tokens in each if tokens is not None]
    if len(told) < len(each):
        return None
    return Tokens(
        sum(t.given for t in told), sum(t.cached for t in told), sum(t.written for t in told)
    )


def _unanswered(error_class: str, message: str, spent: _Spent) -> Unanswered:
    return Unanswered(error_class, message, spent.tokens, spent.usd, spent.calls)
