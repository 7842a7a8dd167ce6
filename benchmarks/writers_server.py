"""A cheap endpoint with a fixed latency, in a process of its own.

    python -m benchmarks.writers_server LATENCY [--slow SHARE] [--storm START END]

Prints its port, answers every chat completion after LATENCY seconds (a share of them after eight
times that), and within the storm refuses with 429 and `Retry-After: 1`. A GET of `/report` gives
what it saw since the last one, as JSON; it costs microseconds a request, so that the client's
cost is what is measured.
"""

import argparse
import asyncio
import json
import time
import zlib
from dataclasses import dataclass, field

_CONTENT = json.dumps({"word": "x" * 1200})
_MESSAGE = {"role": "assistant", "content": _CONTENT, "refusal": None}
_ANSWER = json.dumps(
    {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "bench",
        "choices": [{"index": 0, "message": _MESSAGE, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 300, "total_tokens": 800},
    }
).encode()
_REFUSED = json.dumps({"error": {"message": "slow down", "code": "rate_limit"}}).encode()


def _response(status: bytes, body: bytes, more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\n%scontent-length: %d\r\n\r\n"
    return head % (status, more, len(body)) + body


_OK = _response(b"200 OK", _ANSWER)
_LIMITED = _response(b"429 Too Many Requests", _REFUSED, b"retry-after: 1\r\n")


def _row(body: bytes) -> bytes | None:
    """Its number: the same for all contenders, however they write their JSON."""
    at = body.find(b"Row ")
    return None if at < 0 else body[at + 4 : body.find(b".", at)]


@dataclass
class Seen:
    """What came in since the last report."""

    first: float | None = None
    last: float = 0.0
    answered: int = 0
    refused: int = 0
    asked: dict[bytes, int] = field(default_factory=dict)
    """How often each row was asked."""
    rows: set[bytes] = field(default_factory=set)
    """Rows that were answered."""
    connections: int = 0
    in_flight: int = 0
    peak: int = 0

    def report(self) -> bytes:
        window = self.last - (self.first or self.last)
        told = {
            "window_s": window,
            "answered": self.answered,
            "refused": self.refused,
            "rows": len(self.rows),
            "asked_again": sum(tries > 1 for tries in self.asked.values()),
            "most_tries": max(self.asked.values(), default=0),
            "connections": self.connections,
            "peak_in_flight": self.peak,
        }
        return json.dumps(told).encode()


@dataclass
class Endpoint:
    latency: float
    slow: float
    storm: tuple[float, float] | None
    seen: Seen = field(default_factory=Seen)


class Connection(asyncio.Protocol):
    """HTTP as far as clients with keep-alive need it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._endpoint.seen.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            self._take(head, body)

    def _take(self, head: bytes, body: bytes) -> None:
        endpoint = self._endpoint
        if head.startswith(b"get /report"):
            told, endpoint.seen = endpoint.seen.report(), Seen()
            self._send(_response(b"200 OK", told))
            return
        row = _row(body)
        if row is None:
            # Some tools begin with a call that tries the endpoint: no row of theirs, no work.
            self._send(_OK)
            return
        seen, now = endpoint.seen, time.monotonic()
        seen.first = now if seen.first is None else seen.first
        seen.asked[row] = seen.asked.get(row, 0) + 1
        if endpoint.storm and endpoint.storm[0] <= now - seen.first < endpoint.storm[1]:
            seen.refused += 1
            self._send(_LIMITED)
            return
        seen.in_flight += 1
        seen.peak = max(seen.peak, seen.in_flight)
        slow = (zlib.crc32(row) % 1000) < endpoint.slow * 1000
        wait = endpoint.latency * (8 if slow else 1)
        last = b"connection: close" in head
        asyncio.get_running_loop().call_later(wait, self._answer, seen, row, last)

    def _answer(self, seen: Seen, row: bytes, last: bool) -> None:
        seen.in_flight -= 1
        seen.answered += 1
        seen.rows.add(row)
        seen.last = time.monotonic()
        self._send(_OK)
        if last and self._transport is not None:
            self._transport.close()

    def _send(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


async def serve(endpoint: Endpoint) -> None:
    loop = asyncio.get_running_loop()

    def connection() -> Connection:
        return Connection(endpoint)

    server = await loop.create_server(connection, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    # datatrove takes another path to any address but 127.0.0.1.
    await loop.create_server(connection, "127.0.0.2", port, backlog=4096)
    print(port, flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("latency", type=float)
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--storm", type=float, nargs=2)
    options = parser.parse_args()
    storm = tuple(options.storm) if options.storm else None
    asyncio.run(serve(Endpoint(options.latency, options.slow, storm)))


if __name__ == "__main__":
    main()
