"""The addresses of the dataset hub, and how each is answered."""

import hashlib
import json
import re
import socket
import struct
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.dataset_hub_state import LARGE, Large, Repo, content_name, entry, git_oid

if TYPE_CHECKING:
    from tests.fakes.dataset_hub import DatasetHub

_REPO = re.compile(r"/api/datasets/([^/]+/[^/]+)(?:/([a-z-]+)/([^/]+))?")
_RESOLVE = re.compile(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
_LFS = re.compile(r"/datasets/([^/]+/[^/]+)\.git/info/lfs/(objects/batch|verify)")
_PUT = re.compile(r"/storage/([0-9a-f]{64})(?:/(\d+|complete))?")


def handler(hub: "DatasetHub") -> type[BaseHTTPRequestHandler]:
    """Requests of one hub."""
    return type("Handler", (_Handler,), {"hub": hub})


class _Handler(BaseHTTPRequestHandler):
    hub: "DatasetHub"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _serve(self) -> None:
        line = f"{self.command} {self.path}"
        self.hub.asked.append(line)
        fault = self.hub.fault(line)
        if fault is not None and isinstance(fault.kind, str):
            self._break_off(fault.kind)
            return
        body = self._body()
        if fault is not None:
            self._json(int(fault.kind), {"error": fault.message})
        elif (put := _PUT.fullmatch(self.path)) is not None:  # signed addresses ask for no token
            self._store(put[1], put[2], body)
        elif self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            told = "Invalid credentials in Authorization header"
            self._json(401, {"error": told}, {"X-Error-Message": told})
        else:
            self._answer(urlsplit(self.path), json_or_lines(body))

    def _break_off(self, kind: str) -> None:
        """Take half of the body; then reset the connection, or never answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
        if kind == "stall":
            self.hub.stalled.set()
            while self.rfile.read(1):  # until the client is gone
                pass
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        # The socket lives until its files are closed as well.
        self.rfile.close()
        self.connection.close()

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _answer(self, url: Any, body: list[dict[str, Any]]) -> None:
        if url.path == "/api/repos/create":
            self._create(body[0])
        elif url.path == "/api/validate-yaml":
            self._json(200, {"errors": [], "warnings": []})
        elif (found := _REPO.fullmatch(url.path)) is not None:
            if (repo := self._repo(found[1])) is not None:
                self._of_repo(repo, found, parse_qs(url.query), body)
        elif (found := _RESOLVE.fullmatch(url.path)) is not None:
            if (repo := self._repo(found[1])) is not None:
                self._file(repo, unquote(found[3]))
        elif (found := _LFS.fullmatch(url.path)) is not None:
            if self._repo(found[1]) is not None:
                self._lfs(found[1], found[2], body[0])
        else:
            self._json(404, {"error": f"the fake has no {url.path}"})

    def _repo(self, name: str) -> Repo | None:
        repo = self.hub.repos.get(name)
        if repo is None:
            self._json(404, {"error": "Repository not found"}, code="RepoNotFound")
        return repo

    def _create(self, asked: dict[str, Any]) -> None:
        name = f"{asked['organization']}/{asked['name']}"
        url = f"{self.hub.url}/datasets/{name}"
        if asked["organization"] != "user":
            told = f"You don't have the rights to create a dataset under {asked['organization']}"
            self._json(403, {"error": told}, {"X-Error-Message": told})
        elif self.hub.create(name, asked.get("visibility") == "private"):
            self._json(200, {"url": url, "id": name})
        else:
            self._json(409, {"error": "You already created this dataset repo", "url": url})

    def _of_repo(self, repo: Repo, found: re.Match[str], query: Any, body: Any) -> None:
        name, verb, revision = found[1], found[2] or "revision", unquote(found[3] or "main")
        if revision not in ("main", repo.head):
            self._json(404, {"error": "Invalid rev id"}, code="RevisionNotFound")
        elif verb == "revision":
            siblings = [{"rfilename": path} for path in repo.files]
            told = {"id": name, "sha": repo.head, "private": repo.private, "siblings": siblings}
            self._json(200, told)
        elif verb == "tree":
            self._tree(repo, int(query.get("cursor", ["0"])[0]))
        elif verb == "preupload":
            self._json(200, {"files": [self._mode(repo, f) for f in body[0]["files"]]})
        elif verb == "commit":
            with self.hub.lock:
                status, said = repo.commit(body, None if self.hub.xet else self.hub.stored)
            done = {"commitOid": said, "commitUrl": f"{self.hub.url}/{name}/commit/{said}"}
            self._json(status, done if status == 200 else {"error": said})
        elif verb == "xet-write-token":
            place = f"local://{self.hub.xet}"
            lasts = int(time.time()) + 3600
            self._json(200, {"accessToken": "xet", "exp": lasts, "casUrl": place})
        else:
            self._json(404, {"error": f"the fake has no {verb}"})

    def _tree(self, repo: Repo, start: int) -> None:
        end = start + self.hub.page
        files = sorted(repo.files.items())
        listed = [entry(path, file) for path, file in files[start:end]]
        query = f"recursive=True&cursor={end}"
        more = f'<{self.hub.url}{self.path.partition("?")[0]}?{query}>; rel="next"'
        self._json(200, listed, {"Link": more} if end < len(files) else {})

    @staticmethod
    def _mode(repo: Repo, asked: dict[str, Any]) -> dict[str, Any]:
        path = asked["path"]
        there = repo.files.get(path)
        mode = "lfs" if path.endswith(LARGE) else "regular"
        told = {"path": path, "uploadMode": mode, "shouldIgnore": False}
        return told if there is None else told | {"oid": content_name(there)}

    def _file(self, repo: Repo, path: str) -> None:
        data = repo.files.get(path)
        if data is None or isinstance(data, Large):
            self._json(404, {"error": "Entry not found"}, code="EntryNotFound")
        else:
            self._send(200, data, {"ETag": f'"{git_oid(data)}"', "X-Repo-Commit": repo.head})

    def _lfs(self, name: str, verb: str, asked: dict[str, Any]) -> None:
        if verb == "verify":
            data = self.hub.stored.get(asked["oid"], b"")
            self._json(200 if len(data) == asked["size"] else 404, {})
        else:
            objects = [self._actions(name, o["oid"], o["size"]) for o in asked["objects"]]
            transfer = "multipart" if self.hub.part else "basic"
            self._json(200, {"transfer": transfer, "objects": objects})

    def _actions(self, name: str, oid: str, size: int) -> dict[str, Any]:
        told: dict[str, Any] = {"oid": oid, "size": size}
        if oid in self.hub.stored:
            return told
        place, part = f"{self.hub.url}/storage/{oid}", self.hub.part
        upload: dict[str, Any] = {"href": place}
        if part is not None and size > part:
            places = {str(n + 1): f"{place}/{n + 1}" for n in range(-(-size // part))}
            header = {"chunk_size": str(part), **places}
            upload = {"href": f"{place}/complete", "header": header}
        verify = {"href": f"{self.hub.url}/datasets/{name}.git/info/lfs/verify"}
        return told | {"actions": {"upload": upload, "verify": verify}}

    def _store(self, oid: str, part: str | None, body: bytes) -> None:
        if part is not None and part != "complete":
            self.hub.parts[oid, int(part)] = body
            self._send(200, b"", {"ETag": f'"{part}"'})
            return
        if part == "complete":
            numbers = [p["partNumber"] for p in json.loads(body)["parts"]]
            body = b"".join(self.hub.parts.pop((oid, n)) for n in numbers)
        if hashlib.sha256(body).hexdigest() == oid:
            self.hub.stored[oid] = body
            self._send(200, b"{}", {})
        else:
            self._json(400, {"error": "the content is not what its name says"})

    def _json(
        self, status: int, told: Any, headers: dict[str, str] | None = None, code: str | None = None
    ) -> None:
        extra = {"X-Error-Code": code} if code else {}
        kind = {"Content-Type": "application/json"}
        self._send(status, json.dumps(told).encode(), {**(headers or {}), **extra, **kind})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def json_or_lines(body: bytes) -> list[dict[str, Any]]:
    """A JSON document, or a commit's lines with one each."""
    return [json.loads(line) for line in body.splitlines() if line]
