"""Sending one request until it is answered, or until asking again is of no use.

| ending                            | again                                                    |
|-----------------------------------|----------------------------------------------------------|
| 429                               | always: the limiter says when, and stops a run in vain   |
| connection, time limit, 5xx, 408  | `attempts` times in all, waiting longer each time        |
| 400 that refuses json_schema      | once: the schema then goes into the prompt               |
| other 4xx                         | never: the same request gets the same answer             |
| 401, 403, 404, no credit          | never, and the run stops: every request would get it     |
"""

import asyncio
import random
import time
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.errors import EndpointError
from pipeline.llm.attempts import Asked, Attempts, End
from pipeline.llm.dialect import Dialect
from pipeline.llm.gate import Gate
from pipeline.llm.limits import Ending, Settled
from pipeline.llm.price import Bound, Tokens, bound, cost
from pipeline.llm.reading import tokens_of, why_incomplete
from pipeline.llm.request import ChatRequest
from pipeline.llm.server.managed import ManagedServer
from pipeline.llm.transport import Attempt, Transport
from pipeline.recipe import EndpointRuntime, PriceSettings

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0


@dataclass(frozen=True)
class Called:
    """How a request ended after all its attempts."""

    last: Attempt
    attempts: int
    """Calls made, those that were sent again included."""
    usd: float | None


@dataclass
class Calls:
    """Makes the calls of one process to one endpoint."""

    model: str
    runtime: EndpointRuntime
    price: PriceSettings | None
    transport: Transport
    gate: Gate
    log: Attempts
    server: ManagedServer | None = None
    """Where the run started the endpoint itself: it is waited for, and may be started anew."""
    _dialect: Dialect = field(init=False)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._dialect = Dialect.of(self.runtime)

    def bound(self, request: ChatRequest) -> Bound:
        """The most that one call of this request can use."""
        return bound(
            self.price,
            request.text_bytes(),
            len(request.pictures),
            self.runtime.picture_tokens,
            request.sampling.max_tokens,
        )

    async def call(self, request: ChatRequest, asked: Asked) -> Called:
        """Send until answered.

        Raises:
            HaltedError: the run must stop; the request was not answered.
        """
        most = self.bound(request)
        attempts, broken = 0, 0
        while True:
            await self._served()
            await self.gate.enter(most)
            dialect = self._dialect
            attempt, usd = await self._once(request, asked, most, dialect)
            attempts += 1
            if attempt.body is not None:
                return Called(attempt, attempts, usd)
            if attempt.refused:
                await self._refuse(attempt)
            if attempt.ending is Ending.RATE_LIMITED:
                continue
            if attempt.ending is Ending.BROKEN:
                await self._bear(attempt)
                broken += 1
                if broken >= self.runtime.attempts:
                    return Called(attempt, attempts, usd)
                await asyncio.sleep(_wait(broken, attempt.retry_after))
                continue
            learned = dialect.learned(attempt, self.runtime)
            if learned is not None:
                self._dialect = learned
                continue
            return Called(attempt, attempts, usd)

    async def _served(self) -> None:
        """Wait for the run's own server where it is not up.

        Raises:
            EndpointError: it died too often.
        """
        if self.server is None or self.server.running:
            return
        async with self._starting:
            await asyncio.to_thread(self.server.up)

    async def _once(
        self, request: ChatRequest, asked: Asked, most: Bound, dialect: Dialect
    ) -> tuple[Attempt, float | None]:
        sent = self.gate.now
        try:
            call = self.log.sent(asked, most, time.time())
        except BaseException:
            self.gate.leave(Settled(Ending.ANSWERED, most, Bound(0), sent))
            raise
        settled: Settled | None = None
        try:
            body = request.body(
                self.model, structured=dialect.structured, length_field=dialect.length_field
            )
            attempt = _judged(await self.transport.call(body), plain=request.schema is None)
            tokens = tokens_of(attempt.body)
            usd = cost(self.price, tokens) if tokens else None
            used = _used(attempt, tokens, usd, most)
            settled = Settled(
                attempt.ending, most, used, sent, attempt.retry_after, attempt.message
            )
        finally:
            # A call that is cancelled in flight may still be answered and billed.
            self.gate.leave(settled or Settled(Ending.ANSWERED, most, most, sent))
        end = End(used, tokens, usd, attempt.seconds, attempt.error_class, attempt.message)
        if attempt.error_class:
            end = replace(end, request=request.shown(), reply=attempt.body)
        self.log.ended(call, asked, end, time.time())
        return attempt, usd

    async def _bear(self, attempt: Attempt) -> None:
        """Stop the run where an endpoint that broke asks to wait beyond patience."""
        wait = attempt.retry_after or 0.0
        if wait > self.runtime.patience_seconds:
            await self._refuse(
                replace(attempt, message=f"asks to wait {wait:.0f} s ({attempt.message})")
            )

    async def _refuse(self, attempt: Attempt) -> None:
        reason = f"the endpoint {self.runtime.base_url} {attempt.message}"
        await self.gate.refuse(reason)
        raise EndpointError(reason)


def _judged(attempt: Attempt, *, plain: bool) -> Attempt:
    """A response that is no complete answer, as the failure that it is."""
    if attempt.body is None:
        return attempt
    incomplete = why_incomplete(attempt.body, plain=plain)
    if incomplete is None:
        return attempt
    return replace(attempt, error_class=incomplete[0], message=incomplete[1], final=True)


def _used(attempt: Attempt, tokens: Tokens | None, usd: float | None, most: Bound) -> Bound:
    if tokens is not None:
        return Bound(tokens.given + tokens.written, usd or 0.0)
    if attempt.status is not None and attempt.status != 200:
        return Bound(0)  # an error response is not billed
    return most  # nobody knows: it counts as the most


def _wait(broken: int, asked: float | None) -> float:
    """Longer after each time, never all at once, and as long as the endpoint asks."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0**broken)
    return max(asked or 0.0, longest * random.uniform(0.5, 1.0))
