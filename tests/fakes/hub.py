"""A hub of models on the loopback: what huggingface_hub asks to list and fetch one revision."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class _Hub(BaseHTTPRequestHandler):
    """Serves `files` of the one model at its one revision."""

    model: ClassVar[str]
    revision: ClassVar[str]
    files: ClassVar[Mapping[str, bytes]]
    asked: ClassVar[list[str]]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(f"{self.command} {path}")
        place = f"/{self.model}/resolve/{self.revision}/"
        if path == f"/api/models/{self.model}/tree/{self.revision}":
            listed = [
                {"type": "file", "path": name, "size": len(data), "oid": _etag(data)}
                for name, data in self.files.items()
            ]
            self._send(200, json.dumps(listed).encode(), {}, body)
        elif path == f"/api/models/{self.model}/revision/{self.revision}":
            siblings = [{"rfilename": name} for name in self.files]
            told = {"id": self.model, "sha": self.revision, "siblings": siblings}
            self._send(200, json.dumps(told).encode(), {}, body)
        elif path.startswith(place) and path.removeprefix(place) in self.files:
            data = self.files[path.removeprefix(place)]
            headers = {"ETag": f'"{_etag(data)}"', "X-Repo-Commit": self.revision}
            self._send(200, data, headers, body)
        else:
            known = path.startswith(f"/api/models/{self.model}/")
            code = "RevisionNotFound" if known else "RepoNotFound"
            self._send(404, b'{"error": "not here"}', {"X-Error-Code": code}, body)

    def _send(self, status: int, data: bytes, headers: Mapping[str, str], body: bool) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _etag(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@contextmanager
def hub(model: str, revision: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    """The hub's address, and what it was asked."""
    told = {"model": model, "revision": revision, "files": files, "asked": list[str]()}
    handler = type("Hub", (_Hub,), told)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
