"""The Files and Batch endpoints of the fake server: a batch is done when it is polled."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import BodyPartReader, web

from tests.fakes.openai_behaviours import Behaviour, Disconnect, Drop, Garbage, Json, Status
from tests.fakes.openai_replies import CREATED, RejectedError, error

Line: TypeAlias = Callable[[Json, dict[str, str]], tuple[Behaviour | None, Json]]
BatchScript: TypeAlias = Callable[[int], str | None]
Route: TypeAlias = tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]

OUTCOMES = {None, "expired", "cancelled", "failed", "error_only"}
UNFINISHED = ("validating", "in_progress", "cancelling")
PAGE = 20


@dataclass
class _File:
    name: str
    purpose: str
    content: bytes


@dataclass
class _Batch:
    number: int
    asked: Json
    headers: dict[str, str]
    lines: list[Json]
    outcome: str | None
    status: str = "validating"
    polls: int = 0
    completed: int = 0
    failed: int = 0
    output_file: str | None = None
    error_file: str | None = None
    errors: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"batch_{self.number}"

    def json(self) -> Json:
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.asked.get("endpoint"),
            "input_file_id": self.asked["input_file_id"],
            "completion_window": self.asked.get("completion_window"),
            "metadata": self.asked.get("metadata"),
            "created_at": CREATED,
            "status": self.status,
            "errors": {"object": "list", "data": self.errors} if self.errors else None,
            "output_file_id": self.output_file,
            "error_file_id": self.error_file,
            "request_counts": {
                "total": len(self.lines),
                "completed": self.completed,
                "failed": self.failed,
            },
        }


class Batches:
    """Uploaded files and the batches made of them; `line` answers one line like a call."""

    def __init__(self, line: Line, polls: int, script: BatchScript | None) -> None:
        self.custom_ids: list[list[str]] = []
        self._line = line
        self._polls = polls
        self._script = script
        self._files: dict[str, _File] = {}
        self._batches: dict[str, _Batch] = {}

    def routes(self) -> list[Route]:
        return [
            ("POST", "/v1/files", self._upload),
            ("GET", "/v1/files/{id}", self._file),
            ("GET", "/v1/files/{id}/content", self._content),
            ("POST", "/v1/batches", self._create),
            ("GET", "/v1/batches", self._list),
            ("GET", "/v1/batches/{id}", self._poll),
            ("POST", "/v1/batches/{id}/cancel", self._cancel),
        ]

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        parts: dict[str, _File] = {}
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name:
                parts[part.name] = _File(part.filename or "", "", bytes(await part.read()))
        if "file" not in parts or "purpose" not in parts:
            raise RejectedError(Status(400, "'file' and 'purpose' are required"))
        purpose = parts["purpose"].content.decode()
        if purpose != "batch":
            raise RejectedError(Status(400, f"the fake endpoint has no purpose {purpose!r}"))
        file = parts["file"]
        return web.json_response(self._file_json(self._keep(file.content, file.name, purpose)))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        self._asked_file(request)
        return web.json_response(self._file_json(request.match_info["id"]))

    async def _content(self, request: web.Request) -> web.StreamResponse:
        content = self._asked_file(request).content
        return web.Response(body=content, content_type="application/octet-stream")

    async def _create(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        file = self._files.get(asked.get("input_file_id"))
        if file is None:
            raise RejectedError(Status(400, "No such input file"))
        number = len(self._batches)
        outcome = self._script(number) if self._script else None
        assert outcome in OUTCOMES, outcome
        headers = {name.lower(): value for name, value in request.headers.items()}
        batch = _Batch(number, asked, headers, [], outcome)
        try:
            batch.lines = [json.loads(line) for line in file.content.splitlines() if line.strip()]
        except ValueError as mistake:
            batch.outcome = "failed"
            batch.errors = [_batch_error("invalid_json_line", str(mistake))]
        names = [line["custom_id"] for line in batch.lines]
        if len(set(names)) < len(names):
            batch.outcome = "failed"
            batch.errors = [_batch_error("duplicate_custom_id", "A custom_id occurs twice.")]
        self.custom_ids.append(names)
        self._batches[batch.id] = batch
        return web.json_response(batch.json())

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """The newest first; listing does not count as a poll."""
        batches = [batch.json() for batch in reversed(self._batches.values())]
        names = [batch["id"] for batch in batches]
        after = request.query.get("after")
        start = names.index(after) + 1 if after in names else 0
        end = start + int(request.query.get("limit", PAGE))
        page = batches[start:end]
        return web.json_response(
            {
                "object": "list",
                "data": page,
                "first_id": page[0]["id"] if page else None,
                "last_id": page[-1]["id"] if page else None,
                "has_more": end < len(batches),
            }
        )

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        batch = self._asked_batch(request)
        if batch.status in UNFINISHED:
            batch.polls += 1
            if batch.polls >= self._polls or batch.status == "cancelling":
                self._process(batch)
            else:
                batch.status = "in_progress"
        return web.json_response(batch.json())

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        """A cancelled batch keeps what it has: the next poll finds half of it answered."""
        batch = self._asked_batch(request)
        if batch.status not in UNFINISHED:
            raise RejectedError(Status(409, f"Cannot cancel a batch with status {batch.status!r}."))
        batch.status, batch.outcome = "cancelling", "cancelled"
        return web.json_response(batch.json())

    def _process(self, batch: _Batch) -> None:
        if batch.outcome == "failed":
            batch.status = "failed"
            batch.errors = batch.errors or [
                _batch_error("token_limit_exceeded", "Enqueued token limit reached.")
            ]
            return
        cut_short = batch.outcome in ("expired", "cancelled")
        reached = len(batch.lines) // 2 if cut_short else len(batch.lines)
        output: list[str] = []
        errors: list[str] = []
        for index, line in enumerate(batch.lines):
            request_id = f"batch_req_{batch.number}_{index}"
            if index < reached:
                good, text = self._answered(batch, line, request_id)
                (output if good else errors).append(text)
            else:
                message = f"This request was not executed: the batch is {batch.outcome}."
                failure = {"code": f"batch_{batch.outcome}", "message": message}
                errors.append(_result(request_id, line, None, failure))
        batch.completed, batch.failed = len(output), len(errors)
        batch.output_file = self._keep_lines(output, f"{batch.id}_output.jsonl")
        batch.error_file = self._keep_lines(errors, f"{batch.id}_error.jsonl")
        batch.status = str(batch.outcome) if cut_short else "completed"

    def _answered(self, batch: _Batch, line: Json, request_id: str) -> tuple[bool, str]:
        """Whether a line belongs in the output file, and the text of its result."""
        if batch.outcome == "error_only":
            behaviour: Behaviour | None = Status(500, "The server had an error.")
            reply: Json = {}
        else:
            behaviour, reply = self._line(line["body"], batch.headers)
        match behaviour:
            case Garbage():
                return True, '{"id": "'  # a line cut off, which is not JSON
            case Drop() | Disconnect():
                failure = {"code": "server_error", "message": "The connection was lost."}
                return False, _result(request_id, line, None, failure)
            case Status():
                response = _response(behaviour.code, request_id, error(behaviour))
                return False, _result(request_id, line, response, None)
        return True, _result(request_id, line, _response(200, request_id, reply), None)

    def _keep_lines(self, lines: list[str], name: str) -> str | None:
        """A file of results in another order than the input's, as real ones are; or no file."""
        if not lines:
            return None
        content = "".join(f"{line}\n" for line in reversed(lines))
        return self._keep(content.encode(), name, "batch_output")

    def _keep(self, content: bytes, name: str, purpose: str) -> str:
        key = f"file-{len(self._files)}"
        self._files[key] = _File(name, purpose, content)
        return key

    def _file_json(self, key: str) -> Json:
        file = self._files[key]
        return {
            "id": key,
            "object": "file",
            "bytes": len(file.content),
            "created_at": CREATED,
            "filename": file.name,
            "purpose": file.purpose,
            "status": "processed",
        }

    def _asked_file(self, request: web.Request) -> _File:
        key = request.match_info["id"]
        if key not in self._files:
            raise RejectedError(Status(404, f"No such File object: {key}"))
        return self._files[key]

    def _asked_batch(self, request: web.Request) -> _Batch:
        key = request.match_info["id"]
        if key not in self._batches:
            raise RejectedError(Status(404, f"No batch found with id {key!r}."))
        return self._batches[key]


def _batch_error(code: str, message: str) -> Json:
    return {"code": code, "message": message, "line": None, "param": None}


def _response(status: int, request_id: str, body: Json) -> Json:
    return {"status_code": status, "request_id": request_id, "body": body}


def _result(name: str, line: Json, response: Json | None, failure: Json | None) -> str:
    return json.dumps(
        {"id": name, "custom_id": line["custom_id"], "response": response, "error": failure}
    )
