"""One client of `benchmarks/writers.py`, in a process of its own.

    python -m benchmarks.writers_case ours|bare PORT IN_FLIGHT FIRST ROWS

Says `ready`, waits for a line, asks for rows FIRST to FIRST + ROWS and prints what it cost as one
line of JSON. What it takes to import and connect is not counted.
"""

import asyncio
import faulthandler
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from pydantic import BaseModel

from pipeline.llm import session as sessions
from pipeline.llm.asking import Answered, Asking
from pipeline.llm.request import ChatRequest, Sampling
from pipeline.llm.session import Session
from pipeline.llm.structured import response_schema
from pipeline.recipe import EndpointRuntime, EndpointWriterSettings, Runtime

_TEXT = "The frame shows a person in the centre and a bicycle on the right. " * 40
WAITING = 4
"""Rows waiting for each in flight, as in a run: the whole stage is never in memory."""

LONGEST = 120
"""Seconds that a case may take."""


class Word(BaseModel):
    word: str


def request(row: int) -> ChatRequest:
    return ChatRequest(
        label="bench",
        system="Answer.",
        user=f"Row {row}. {_TEXT}",
        pictures=(),
        sampling=Sampling(0.0, 1.0, 500, 0),
        schema_name="word",
        schema=response_schema(Word),
    )


async def ask_ours(asking: Asking, first: int, rows: int, in_flight: int) -> int:
    """How many rows were answered."""
    left = iter(range(first, first + rows))
    answered = 0

    async def work() -> None:
        nonlocal answered
        for row in left:
            found = await asking.ask(request(row), Word, {}, "questions", str(row))
            answered += isinstance(found, Answered)

    await asyncio.gather(*(work() for _ in range((1 + WAITING) * in_flight)))
    return answered


async def ask_bare(port: int, first: int, rows: int, in_flight: int) -> int:
    """The same over nothing but aiohttp: parsed JSON, no store, no limits but the cap."""
    left = iter(range(first, first + rows))
    answered = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def work() -> None:
            nonlocal answered
            for row in left:
                body = request(row).body("bench", structured=True)
                url = f"http://127.0.0.1:{port}/v1/chat/completions"
                while True:
                    async with session.post(url, json=body) as response:
                        data = json.loads(await response.read())
                        if response.status == 200:
                            break
                        await asyncio.sleep(float(response.headers.get("retry-after", 1)))
                answered += bool(json.loads(data["choices"][0]["message"]["content"])["word"])

        await asyncio.gather(*(work() for _ in range(in_flight)))
    return answered


def ours(port: int, in_flight: int, first: int, rows: int, root: Path) -> int:
    runtime = EndpointRuntime(base_url=f"http://127.0.0.1:{port}/v1", in_flight=in_flight)
    session = Session(root, Runtime(writer=runtime))
    asking = session.asking("writer", EndpointWriterSettings(kind="endpoint", model="bench"))
    try:
        _ready()
        return sessions.run(ask_ours(asking, first, rows, in_flight))
    finally:
        sessions.close(session)


_started: list[float] = []


def _ready() -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    # A client that hangs shows where, instead of keeping the benchmark waiting.
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    _started.append(time.process_time())


def main() -> None:
    kind = sys.argv[1]
    port, in_flight, first, rows = map(int, sys.argv[2:6])
    if kind == "bare":
        _ready()
        answered = asyncio.run(ask_bare(port, first, rows, in_flight))
    else:
        with tempfile.TemporaryDirectory() as root:
            answered = ours(port, in_flight, first, rows, Path(root))
    told = {
        "answered": answered,
        "cpu_ms_a_row": 1000 * (time.process_time() - _started[0]) / rows,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
