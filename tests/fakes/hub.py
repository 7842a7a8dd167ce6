"""A model hub on the loopback: the few addresses that fetching a snapshot needs."""

import json
import threading
from collections.abc import Mapping
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class FakeHub:
    """Serves one model, while its `with` block lasts; `asked` are the paths it was asked for."""

    def __init__(self, model: str, commit: str, files: Mapping[str, bytes]) -> None:
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, model, commit, files))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(
    hub: FakeHub, model: str, commit: str, files: Mapping[str, bytes]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(body=True)

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def _answer(self, *, body: bool) -> None:
            path = self.path.partition("?")[0]
            hub.asked.append(path)
            kind, data = "application/json", self._told(path)
            if data is None and path.startswith(f"/{model}/resolve/{commit}/"):
                kind, data = "application/octet-stream", files.get(path.rpartition("/")[2])
            self.send_response(200 if data is not None else 404)
            data = data or b"{}"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("ETag", f'"{sha1(data).hexdigest()}"')
            self.send_header("X-Repo-Commit", commit)
            self.end_headers()
            if body:
                self.wfile.write(data)

        def _told(self, path: str) -> bytes | None:
            if path == f"/api/models/{model}/revision/{commit}":
                siblings = [{"rfilename": name} for name in files]
                return json.dumps({"id": model, "sha": commit, "siblings": siblings}).encode()
            if path == f"/api/models/{model}/tree/{commit}":
                listed = [
                    {
                        "type": "file",
                        "path": name,
                        "size": len(data),
                        "oid": sha1(data).hexdigest(),
                    }
                    for name, data in files.items()
                ]
                return json.dumps(listed).encode()
            return None

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
