"""A proxy before an S3 server that misbehaves as told: 503s, slow answers, resets, lost answers."""

import http.client
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["403", "503", "reset", "half", "lost", "slow", "stall"]
"""Forbid; refuse; reset before answering, or in mid-body; do it and reset; trickle; say nothing."""

REFUSED = b"<Error><Code>AccessDenied</Code></Error>"
SLOW_DOWN = (
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
)


@dataclass
class Fault:
    """What happens to the next `times` requests that match."""

    kind: Kind
    pattern: str
    """Of `METHOD path?query`."""
    times: int = 1


@dataclass
class Proxy:
    """A running proxy; `faults` may be changed while it runs."""

    endpoint: str
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """Requests, in the order in which they came."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, request: str) -> Kind | None:
        with self.lock:
            self.seen.append(request)
            for fault in self.faults:
                if fault.times and re.search(fault.pattern, request):
                    fault.times -= 1
                    return fault.kind
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: str
    proxy: Proxy

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.proxy.fault(f"{self.command} {self.path}")
        if kind == "503":
            return self._answer(503, {}, SLOW_DOWN)
        if kind == "403":
            return self._answer(403, {}, REFUSED)
        if kind == "reset":
            return self._reset()
        if kind == "stall":
            time.sleep(30)
            return self._reset()
        upstream = http.client.HTTPConnection(urlsplit(self.upstream).netloc)
        upstream.request(self.command, self.path, body, dict(self.headers))
        got = upstream.getresponse()
        data, headers = got.read(), dict(got.getheaders())
        upstream.close()
        if kind == "lost":
            return self._reset()
        return self._answer(got.status, headers, data, kind)

    def _answer(
        self, status: int, headers: dict[str, str], data: bytes, kind: Kind | None = None
    ) -> None:
        self.send_response_only(status)
        length = headers.get("Content-Length") if self.command == "HEAD" else str(len(data))
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if kind == "half":
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            return self._reset()
        step = max(1, len(data) // 20) if kind == "slow" else len(data)
        for start in range(0, len(data), max(1, step)):
            self.wfile.write(data[start : start + step])
            self.wfile.flush()
            if kind == "slow":
                time.sleep(0.05)
        return None

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        pass


for _verb in ("GET", "PUT", "POST", "DELETE", "HEAD"):
    setattr(_Handler, f"do_{_verb}", _Handler._any)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that was reset on purpose is no error."""


@contextmanager
def misbehaving(upstream: str) -> Iterator[Proxy]:
    """A proxy before this endpoint."""
    proxy = Proxy("")
    handler = type("Handler", (_Handler,), {"upstream": upstream, "proxy": proxy})
    server = _Server(("127.0.0.1", 0), handler)
    proxy.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
