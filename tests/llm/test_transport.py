"""One call over a real socket, and what its response is taken for."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.llm.limits import Ending
from pipeline.llm.reading import is_chat, text_of, tokens_of, why_incomplete
from pipeline.llm.secret import Secret
from pipeline.llm.transport import Attempt, Transport, read_secret, retry_after
from tests.fakes.openai_server import FakeOpenAI
from tests.llm.asking import echo, endpoint, request

BODY = request("a").body("fake", structured=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def called(base_url: str, secret: Secret, **settings: Any) -> Attempt:
    async def once() -> Attempt:
        transport = Transport(endpoint(base_url, **settings), secret)
        try:
            return await transport.call(BODY)
        finally:
            await transport.close()

    return asyncio.run(once())


@contextmanager
def saying(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that always gives this response."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
    ],
)
def test_the_wait_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_the_wait_until_a_date() -> None:
    wait = retry_after({"retry-after": formatdate(time.time() + 30, usegmt=True)})
    assert wait is not None
    assert 28 < wait <= 30


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_header_is_a_wait_or_none(text: str, milliseconds: str) -> None:
    for headers in ({"retry-after": text}, {"retry-after-ms": milliseconds}):
        wait = retry_after(headers)
        assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("status", "ending", "error_class"),
    [
        (400, Ending.ANSWERED, "BadRequest"),
        (401, Ending.ANSWERED, "EndpointRefused"),
        (403, Ending.ANSWERED, "EndpointRefused"),
        (404, Ending.ANSWERED, "EndpointRefused"),
        (408, Ending.BROKEN, "ServerError"),
        (413, Ending.ANSWERED, "BadRequest"),
        (422, Ending.ANSWERED, "BadRequest"),
        (429, Ending.RATE_LIMITED, "RateLimited"),
        (500, Ending.BROKEN, "ServerError"),
        (529, Ending.BROKEN, "ServerError"),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"<html>no</html>", b'{"error": "no"}', b"\xff", b"[" * 9999]
)
def test_a_status_says_how_a_call_ended(
    status: int, ending: Ending, error_class: str, body: bytes
) -> None:
    with saying(status, body, retry_after_ms="1500") as url:
        attempt = called(url, Secret(""))
    assert (attempt.status, attempt.ending, attempt.error_class) == (status, ending, error_class)
    assert attempt.body is None
    assert attempt.final == (ending is Ending.ANSWERED)
    assert attempt.refused == (error_class == "EndpointRefused")
    assert f"status {status}" in attempt.message
    assert len(attempt.message) < 500
    if ending is not Ending.ANSWERED:
        assert attempt.retry_after == 1.5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"error": {"message": "no"}}',
        b'{"choices": []}',
        b'{"choices": [null]}',
        b'{"choices": {"0": {}}}',
        b'{"choices": [{"message": "hello"}]}',
        b"[" * 100_000,
        b"\xff\xfe\xff",
    ],
)
def test_status_200_without_an_answer_is_a_broken_server(body: bytes) -> None:
    with saying(200, body) as url:
        attempt = called(url, Secret(""))
    assert (attempt.ending, attempt.error_class) == (Ending.BROKEN, "ServerError")
    assert attempt.message.startswith("status 200 with")


def test_nobody_there_is_a_lost_connection() -> None:
    with saying(200, b"") as url:
        pass
    attempt = called(url, Secret(""))
    assert (attempt.ending, attempt.error_class) == (Ending.BROKEN, "ConnectionLost")


def test_the_key_is_sent_in_its_header_and_nowhere_else() -> None:
    with FakeOpenAI(echo, api_key="sk-planted") as server:
        attempt = called(server.base_url, Secret("sk-planted"))
        assert attempt.body is not None
        (call,) = server.calls
        holding = [name for name, value in call.headers.items() if "sk-planted" in value]
        assert holding == ["authorization"]
        assert "sk-planted" not in json.dumps(call.body)
        assert call.body == BODY


def test_no_header_tells_about_this_machine() -> None:
    with FakeOpenAI(echo) as server:
        called(server.base_url, Secret(""))
        (call,) = server.calls
        assert not [name for name in call.headers if name.startswith("x-stainless")]


def test_the_key_is_read_where_the_recipe_says(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = endpoint("http://127.0.0.1:1/v1", api_key_env="PLANTED_KEY")
    monkeypatch.setenv("PLANTED_KEY", "sk-planted")
    assert read_secret(runtime).value == "sk-planted"
    assert read_secret(endpoint("http://127.0.0.1:1/v1")).value == ""
    for value in ("", "  "):
        monkeypatch.setenv("PLANTED_KEY", value)
        with pytest.raises(UsageError, match=r"PLANTED_KEY .* is not set"):
            read_secret(runtime)


def test_a_line_end_around_the_key_is_not_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_KEY", " sk-planted\n")
    secret = read_secret(endpoint("http://127.0.0.1:1/v1", api_key_env="PLANTED_KEY"))
    assert secret.value == "sk-planted"


@pytest.mark.parametrize("value", ["sk-pl\nanted", "sk-„planted“", "sk-\ud800"])
def test_a_key_that_no_header_can_hold_is_the_users_mistake(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setattr("os.environ", {"PLANTED_KEY": value})
    with pytest.raises(UsageError, match="PLANTED_KEY") as caught:
        read_secret(endpoint("http://127.0.0.1:1/v1", api_key_env="PLANTED_KEY"))
    assert "sk-" not in str(caught.value)


@given(
    st.fixed_dictionaries(
        {
            "choices": JSON
            | st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "message": JSON
                        | st.fixed_dictionaries(
                            {}, optional={"content": JSON, "refusal": st.none() | st.text()}
                        ),
                        "finish_reason": JSON,
                    },
                ),
                max_size=2,
            )
        },
        optional={
            "usage": JSON
            | st.fixed_dictionaries(
                {"prompt_tokens": JSON},
                optional={"completion_tokens": JSON, "prompt_tokens_details": JSON},
            )
        },
    )
)
def test_any_json_is_read_as_an_answer_or_as_none(body: dict[str, Any]) -> None:
    tokens = tokens_of(body)
    assert tokens is None or min(tokens.given, tokens.cached, tokens.written) >= 0
    if is_chat(body) and why_incomplete(body) is None:
        assert text_of(body).strip()
