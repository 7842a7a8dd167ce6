"""The fake endpoint, seen by a plain HTTP client and by OpenAI's own."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import openai
import pytest

from tests.fakes.openai_server import (
    Behaviour,
    Call,
    Content,
    ContentFilter,
    Disconnect,
    Drop,
    Duplicated,
    FakeOpenAI,
    Garbage,
    NoUsage,
    OtherModel,
    Refusal,
    Script,
    Slow,
    Status,
    Truncated,
    storm,
)

SCHEMA = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}


def question(text: str = "a question", **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def always(behaviour: Behaviour) -> Script:
    return lambda call: behaviour


def echo(call: Call) -> str:
    return f"{call.number}: {call.text}"


def post(server: FakeOpenAI, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of one call, with no retries and nothing hidden."""

    async def once() -> tuple[int, dict[str, str], str]:
        url = f"{server.base_url}/chat/completions"
        async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return response.status, headers, await response.text()

    return asyncio.run(once())


def reply(script: Script | None = None, **options: Any) -> dict[str, Any]:
    """The JSON of a successful answer."""
    with FakeOpenAI(echo, script, **options) as server:
        status, _, text = post(server, question())
        assert (status, server.answered) == (200, 1)
    return dict(json.loads(text))


def with_client(
    server: FakeOpenAI, use: Callable[[openai.AsyncOpenAI], Awaitable[None]], key: str = "k"
) -> None:
    async def run() -> None:
        http = openai.DefaultAioHttpClient()
        async with openai.AsyncOpenAI(
            base_url=server.base_url, api_key=key, max_retries=0, http_client=http
        ) as client:
            await use(client)

    asyncio.run(run())


def test_the_official_client_reads_an_answer() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        done = await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "12345678"}]
        )
        assert done.model == "m"
        assert done.choices[0].message.content == "0: 12345678"
        assert done.choices[0].finish_reason == "stop"
        assert done.usage is not None
        assert (done.usage.prompt_tokens, done.usage.total_tokens) == (2, 4)
        assert [model.id async for model in client.models.list()] == ["fake-model"]

    with FakeOpenAI(echo) as server:
        with_client(server, use)
    assert server.calls[0].body["model"] == "m"
    assert server.calls[0].headers["authorization"] == "Bearer k"


def test_a_status_is_an_openai_error() -> None:
    script = always(Status(429, "slow down", "2", "rate_limit_exceeded"))
    with FakeOpenAI(echo, script) as server:
        status, headers, text = post(server, question())
    assert (status, headers["retry-after"]) == (429, "2")
    found = json.loads(text)["error"]
    assert (found["message"], found["code"]) == ("slow down", "rate_limit_exceeded")
    assert (server.answered, server.rejected) == (0, {429: 1})


def test_slow_and_latency_delay_the_normal_answer() -> None:
    start = time.monotonic()
    found = reply(always(Slow(0.1)), latency=0.05)
    assert time.monotonic() - start >= 0.15
    assert found["choices"][0]["message"]["content"] == "0: a question"


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [(Disconnect(), aiohttp.ClientPayloadError), (Drop(), aiohttp.ServerDisconnectedError)],
)
def test_the_connection_is_lost(behaviour: Behaviour, failure: type[Exception]) -> None:
    with FakeOpenAI(echo, always(behaviour)) as server, pytest.raises(failure):
        post(server, question())
    assert server.answered == 0


@pytest.mark.parametrize(
    ("behaviour", "content", "refusal", "reason"),
    [
        (Truncated("half"), "half", None, "length"),
        (Refusal("no"), None, "no", "stop"),
        (ContentFilter(), "", None, "content_filter"),
        (Content("{not json"), "{not json", None, "stop"),
    ],
)
def test_the_message_is_another(
    behaviour: Behaviour, content: str | None, refusal: str | None, reason: str
) -> None:
    choice = reply(always(behaviour))["choices"][0]
    assert choice["message"] == {"role": "assistant", "content": content, "refusal": refusal}
    assert choice["finish_reason"] == reason


def test_the_envelope_is_another() -> None:
    assert reply(always(OtherModel("n")))["model"] == "n"
    assert [c["index"] for c in reply(always(Duplicated(3)))["choices"]] == [0, 1, 2]
    assert "usage" not in reply(always(NoUsage()))


def test_garbage_is_not_json() -> None:
    with FakeOpenAI(echo, always(Garbage())) as server:
        status, _, text = post(server, question())
    assert (status, text[0], server.answered) == (200, "<", 0)


def test_an_old_server_knows_no_json_schema() -> None:
    with FakeOpenAI(echo, json_schema=False) as server:
        status, _, text = post(server, question(response_format=SCHEMA))
        assert status == 400
        assert "response_format json_schema is not supported" in text
        assert post(server, question(response_format={"type": "json_object"}))[0] == 200


def test_a_storm_ends() -> None:
    with FakeOpenAI(echo, storm(0.0, 0.2, "1")) as server:
        assert post(server, question())[0] == 429
        time.sleep(0.25)
        assert post(server, question())[0] == 200


def test_a_wrong_key_is_echoed() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.AuthenticationError, match="sk-wrong"):
            await client.models.list()

    with FakeOpenAI(echo, api_key="sk-right") as server:
        with_client(server, use, key="sk-wrong")
    assert server.rejected == {401: 1}


def test_calls_at_once_are_counted_and_bodies_need_not_be_kept() -> None:
    async def many(url: str) -> None:
        async with aiohttp.ClientSession() as session:

            async def one() -> None:
                async with session.post(f"{url}/chat/completions", json=question()) as response:
                    assert response.status == 200

            await asyncio.gather(*(one() for _ in range(20)))
            await one()

    with FakeOpenAI(echo, latency=0.2, keep_bodies=False) as server:
        asyncio.run(many(server.base_url))
    assert (server.answered, server.in_flight_peak, server.connections) == (21, 20, 20)
    assert [call.number for call in server.calls] == list(range(21))
    assert not any(call.body or call.headers for call in server.calls)


def test_a_call_in_flight_does_not_hold_up_the_end() -> None:
    async def impatient(url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(0.1)) as session:
            with pytest.raises(asyncio.TimeoutError):
                await session.post(f"{url}/chat/completions", json=question())

    start = time.monotonic()
    with FakeOpenAI(echo, always(Slow(60))) as server:
        asyncio.run(impatient(server.base_url))
    assert time.monotonic() - start < 5
    assert server.answered == 0


def test_a_mistake_in_the_script_is_raised_at_the_end() -> None:
    def script(call: Call) -> Behaviour | None:
        raise KeyError("mistaken")

    with pytest.raises(KeyError, match="mistaken"), FakeOpenAI(echo, script) as server:
        assert post(server, question())[0] == 500


def test_a_body_that_is_not_json_is_refused() -> None:
    async def use(server: FakeOpenAI) -> int:
        url = f"{server.base_url}/chat/completions"
        async with aiohttp.ClientSession() as session, session.post(url, data=b"{") as response:
            return response.status

    with FakeOpenAI(echo) as server:
        assert asyncio.run(use(server)) == 400
    assert server.calls == []
