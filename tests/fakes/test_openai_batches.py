"""The fake Files and Batch endpoints, seen by OpenAI's own client."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import openai
import pytest
from openai.types import Batch

from tests.fakes.openai_server import Behaviour, Call, FakeOpenAI, Garbage, Status

Use = Callable[[openai.AsyncOpenAI], Awaitable[None]]


def echo(call: Call) -> str:
    return call.text


def third_fails(call: Call) -> Behaviour | None:
    return Status(400, "bad line") if call.text == "text 2" else None


def run(server: FakeOpenAI, use: Use) -> None:
    async def main() -> None:
        http = openai.DefaultAioHttpClient()
        async with openai.AsyncOpenAI(
            base_url=server.base_url, api_key="k", max_retries=0, http_client=http
        ) as client:
            await use(client)

    asyncio.run(main())


async def submit(client: openai.AsyncOpenAI, names: list[str]) -> Batch:
    lines = [
        {
            "custom_id": name,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "m", "messages": [{"role": "user", "content": f"text {number}"}]},
        }
        for number, name in enumerate(names)
    ]
    content = "\n".join(json.dumps(line) for line in lines).encode()
    file = await client.files.create(file=("in.jsonl", content), purpose="batch")
    assert (file.filename, file.bytes) == ("in.jsonl", len(content))
    assert await client.files.retrieve(file.id) == file
    assert (await client.files.content(file.id)).read() == content
    return await client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"part": "1"},
    )


async def lines(client: openai.AsyncOpenAI, file: str | None) -> list[dict[str, Any]]:
    assert file is not None
    return [json.loads(line) for line in (await client.files.content(file)).text.splitlines()]


def names(found: list[dict[str, Any]]) -> list[str]:
    return [line["custom_id"] for line in found]


def test_a_batch_is_answered_out_of_order_with_its_errors_apart() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        batch = await submit(client, ["a", "b", "c", "d"])
        assert (batch.status, batch.metadata) == ("validating", {"part": "1"})
        assert (await client.batches.retrieve(batch.id)).status == "in_progress"
        batch = await client.batches.retrieve(batch.id)
        assert batch.status == "completed"
        assert batch.request_counts is not None
        assert (batch.request_counts.completed, batch.request_counts.failed) == (3, 1)
        good = await lines(client, batch.output_file_id)
        assert names(good) == ["d", "b", "a"]
        assert good[0]["error"] is None
        assert good[0]["response"]["status_code"] == 200
        assert good[0]["response"]["body"]["choices"][0]["message"]["content"] == "text 3"
        (bad,) = await lines(client, batch.error_file_id)
        assert (bad["custom_id"], bad["response"]["status_code"]) == ("c", 400)
        assert bad["response"]["body"]["error"]["message"] == "bad line"

    with FakeOpenAI(echo, third_fails, batch_polls=2) as server:
        run(server, use)
    assert server.batches == [["a", "b", "c", "d"]]
    assert (len(server.calls), server.answered, server.rejected) == (4, 3, {400: 1})


@pytest.mark.parametrize("outcome", ["expired", "cancelled"])
def test_a_batch_cut_short_answers_its_first_half(outcome: str) -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        batch = await client.batches.retrieve((await submit(client, ["a", "b", "c"])).id)
        assert batch.status == outcome
        assert names(await lines(client, batch.output_file_id)) == ["a"]
        unanswered = await lines(client, batch.error_file_id)
        assert names(unanswered) == ["c", "b"]
        assert unanswered[0]["response"] is None
        assert unanswered[0]["error"]["code"] == f"batch_{outcome}"

    with FakeOpenAI(echo, batch_script=lambda number: outcome) as server:
        run(server, use)


def test_a_batch_fails_whole() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        failed = await client.batches.retrieve((await submit(client, ["a"])).id)
        twice = await client.batches.retrieve((await submit(client, ["a", "a"])).id)
        for batch, code in ((failed, "token_limit_exceeded"), (twice, "duplicate_custom_id")):
            assert (batch.status, batch.output_file_id, batch.error_file_id) == (
                "failed",
                None,
                None,
            )
            assert batch.errors is not None and batch.errors.data is not None
            assert [problem.code for problem in batch.errors.data] == [code]

    with FakeOpenAI(echo, batch_script=lambda number: None if number else "failed") as server:
        run(server, use)


def test_a_batch_of_errors_has_no_output_file() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        batch = await client.batches.retrieve((await submit(client, ["a", "b"])).id)
        assert (batch.status, batch.output_file_id) == ("completed", None)
        assert names(await lines(client, batch.error_file_id)) == ["b", "a"]

    with FakeOpenAI(echo, batch_script=lambda number: "error_only") as server:
        run(server, use)


def test_a_batch_can_be_cancelled_until_it_is_done() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        batch = await submit(client, ["a", "b"])
        assert (await client.batches.cancel(batch.id)).status == "cancelling"
        assert (await client.batches.retrieve(batch.id)).status == "cancelled"
        with pytest.raises(openai.ConflictError):
            await client.batches.cancel(batch.id)

    with FakeOpenAI(echo, batch_polls=5) as server:
        run(server, use)


def test_batches_are_listed_newest_first_and_by_pages() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        made = [(await submit(client, ["a"])).id for _ in range(3)]
        listed = [batch async for batch in client.batches.list(limit=2)]
        assert [batch.id for batch in listed] == made[::-1]
        assert {batch.status for batch in listed} == {"validating"}

    with FakeOpenAI(echo) as server:
        run(server, use)


def test_a_line_of_garbage_is_not_json_and_unknown_names_are_404() -> None:
    async def use(client: openai.AsyncOpenAI) -> None:
        batch = await client.batches.retrieve((await submit(client, ["a"])).id)
        with pytest.raises(json.JSONDecodeError):
            await lines(client, batch.output_file_id)
        for unknown in (client.batches.retrieve("no"), client.files.content("no")):
            with pytest.raises(openai.NotFoundError):
                await unknown

    with FakeOpenAI(echo, lambda call: Garbage()) as server:
        run(server, use)
