"""An endpoint on the loopback that speaks OpenAI's protocol and does what a test scripts.

A client is tested against real sockets, so that its own transport, pool and timeouts take part.
The server has a thread and an event loop of its own and leaves the test's loop alone.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.openai_batches import Batches, BatchScript
from tests.fakes.openai_behaviours import (
    Answer,
    Behaviour,
    Call,
    Content,
    ContentFilter,
    Disconnect,
    Drop,
    Duplicated,
    Garbage,
    Json,
    NoUsage,
    OtherModel,
    Refusal,
    Script,
    Slow,
    Status,
    Truncated,
    storm,
)
from tests.fakes.openai_replies import CREATED, RejectedError, completion, error

__all__ = [
    "Answer",
    "BatchScript",
    "Behaviour",
    "Call",
    "Content",
    "ContentFilter",
    "Disconnect",
    "Drop",
    "Duplicated",
    "FakeOpenAI",
    "Garbage",
    "Json",
    "NoUsage",
    "OtherModel",
    "Refusal",
    "Script",
    "Slow",
    "Status",
    "Truncated",
    "storm",
]

LARGEST_REQUEST = 300 * 1024**2  # above the 200 MB of a batch's input file
BACKLOG = 4096  # a burst of connections is the client's to limit, not the listener's
GRACE = 0.05  # seconds that calls in flight get when the server closes
GARBAGE = b"<html><body>Bad gateway</body></html>"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _ok(call: Call) -> str:
    return "ok"


class FakeOpenAI:
    """The endpoint, while its `with` block lasts; what it saw stays readable afterwards.

    A line of a batch is a call too: it is recorded, scripted and counted like an online one.
    An exception in `answer` or `script` gives the client a 500 and is raised when the block ends.
    """

    def __init__(
        self,
        answer: Answer = _ok,
        script: Script | None = None,
        *,
        latency: float = 0.0,
        json_schema: bool = True,
        api_key: str | None = None,
        model: str = "fake-model",
        keep_bodies: bool = True,
        batch_polls: int = 1,
        batch_script: BatchScript | None = None,
        port: int = 0,
    ) -> None:
        self.base_url = ""
        self.calls: list[Call] = []
        self.answered = 0
        self.in_flight_peak = 0
        self.connections = 0
        self.rejected: Counter[int] = Counter()
        self._answer = answer
        self._script = script
        self._latency = latency
        self._json_schema = json_schema
        self._api_key = api_key
        self._model = model
        self._keep_bodies = keep_bodies
        self._in_flight = 0
        self._faults: list[Exception] = []
        self._batches = Batches(self._batch_line, batch_polls, batch_script)
        self._wanted = port
        self._port: Future[int] = Future()
        self._thread = threading.Thread(target=self._run, name="fake-openai", daemon=True)

    @property
    def batches(self) -> list[list[str]]:
        """The custom ids of each batch, in the order of its lines."""
        return self._batches.custom_ids

    def __enter__(self) -> Self:
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{self._port.result()}/v1"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        if self._faults and failure is None:
            raise self._faults[0]

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as failure:
            if self._port.done():
                raise
            self._port.set_exception(failure)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        runner = web.AppRunner(
            self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=GRACE
        )
        await runner.setup()
        protocol = runner.server
        assert protocol is not None

        def connected() -> asyncio.BaseProtocol:
            self.connections += 1
            return protocol()

        listener = await self._loop.create_server(
            connected, "127.0.0.1", self._wanted, backlog=BACKLOG
        )
        self._port.set_result(listener.sockets[0].getsockname()[1])
        await self._closing.wait()
        listener.close()
        await runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        routes: list[tuple[str, str, Handler]] = [
            ("POST", "/v1/chat/completions", self._chat),
            ("GET", "/v1/models", self._models),
            *self._batches.routes(),
        ]
        for method, path, handler in routes:
            app.router.add_route(method, path, self._guarded(handler))
        return app

    def _guarded(self, handler: Handler) -> Handler:
        """The handler behind the key, its rejections turned into responses and counted."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                self._check_key(request)
                return await handler(request)
            except RejectedError as rejection:
                status = rejection.status
                self.rejected[status.code] += 1
                response = web.json_response(error(status), status=status.code)
                if status.retry_after is not None:
                    response.headers["retry-after"] = status.retry_after
                return response

        return guarded

    def _check_key(self, request: web.Request) -> None:
        if self._api_key is None:
            return
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if key != self._api_key:
            # real servers repeat the key too: a client that prints the message leaks it
            raise RejectedError(
                Status(401, f"Incorrect API key provided: {key}.", error_code="invalid_api_key")
            )

    async def _models(self, request: web.Request) -> web.StreamResponse:
        model = {"id": self._model, "object": "model", "created": CREATED, "owned_by": "fake"}
        return web.json_response({"object": "list", "data": [model]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self._in_flight += 1
        self.in_flight_peak = max(self.in_flight_peak, self._in_flight)
        try:
            return await self._respond(request)
        finally:
            self._in_flight -= 1

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise RejectedError(Status(400, "The body of the request is not JSON.")) from None
        headers = {name.lower(): value for name, value in request.headers.items()}
        behaviour, reply = self._consider(body, headers)
        match behaviour:
            case Status():
                raise RejectedError(behaviour)
            case Drop():
                return _closed(request, web.Response())
            case Disconnect():
                return await _half(request, json.dumps(reply).encode())
            case Garbage():
                return web.Response(body=GARBAGE, content_type="text/html")
        wait = self._latency + (behaviour.seconds if isinstance(behaviour, Slow) else 0.0)
        if wait:
            await asyncio.sleep(wait)
        self.answered += 1
        return web.Response(body=json.dumps(reply).encode(), content_type="application/json")

    def _batch_line(self, body: Json, headers: dict[str, str]) -> tuple[Behaviour | None, Json]:
        behaviour, reply = self._consider(body, headers)
        if isinstance(behaviour, Status):
            self.rejected[behaviour.code] += 1
        elif not isinstance(behaviour, Drop | Disconnect | Garbage):
            self.answered += 1
        return behaviour, reply

    def _consider(self, body: Json, headers: dict[str, str]) -> tuple[Behaviour | None, Json]:
        """Record a call and decide what becomes of it: the behaviour and the completion."""
        call = Call(len(self.calls), body, headers, time.monotonic())
        self.calls.append(call if self._keep_bodies else Call(call.number, {}, {}, call.arrived))
        asked = (body.get("response_format") or {}).get("type")
        if asked == "json_schema" and not self._json_schema:
            return Status(400, "response_format json_schema is not supported"), {}
        try:
            behaviour = self._script(call) if self._script else None
            if isinstance(behaviour, Status | Drop | Garbage):
                return behaviour, {}
            return behaviour, completion(call, behaviour, self._answer)
        except Exception as fault:
            self._faults.append(fault)
            return Status(500, f"The script of the fake endpoint failed: {fault!r}"), {}


async def _half(request: web.Request, body: bytes) -> web.StreamResponse:
    """The headers promise the whole body, and half of it arrives."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return _closed(request, response)


def _closed(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return response
