"""A client of a fake endpoint, as one worker process has it."""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipeline.llm import session as sessions
from pipeline.llm.asking import Answered, Asking, Unanswered
from pipeline.llm.request import ChatRequest, Picture, Sampling
from pipeline.llm.session import Session
from pipeline.llm.structured import response_schema
from pipeline.recipe import BudgetRuntime, EndpointRuntime, EndpointWriterSettings, Runtime
from tests.fakes.openai_behaviours import Call

SETTINGS = EndpointWriterSettings(kind="endpoint", model="fake")


class Word(BaseModel):
    """A reply."""

    model_config = ConfigDict(extra="forbid")

    word: str


def request(text: str, *pictures: Picture, **changes: Any) -> ChatRequest:
    values: dict[str, Any] = {
        "label": "fake",
        "system": "Say a word.",
        "user": text,
        "pictures": pictures,
        "sampling": Sampling(0.0, 1.0, 100, 0),
        "schema_name": "word",
        "schema": response_schema(Word),
    }
    return ChatRequest(**{**values, **changes})


def endpoint(base_url: str, **settings: Any) -> EndpointRuntime:
    return EndpointRuntime(base_url=base_url, **settings)


@contextmanager
def asking(
    root: Path, runtime: EndpointRuntime, budget: BudgetRuntime | None = None
) -> Iterator[Asking]:
    whole = Runtime(writer=runtime, budget=budget or BudgetRuntime())
    session = Session(root, whole, name=uuid.uuid4().hex)
    try:
        yield session.asking("writer", SETTINGS)
    finally:
        sessions.close(session)


def text_of(call: Call) -> str:
    """What a call asks: the text of its last message."""
    content = call.body["messages"][-1]["content"]
    return content if isinstance(content, str) else str(content[0]["text"])


def echo(call: Call) -> str:
    """The reply of a model that says what it is told."""
    return json.dumps({"word": text_of(call)})


def words(found: Sequence[Answered | Unanswered]) -> list[str]:
    """What was answered, in order; a row without an answer fails the test."""
    return [word_of(row) for row in found]


def word_of(row: Answered | Unanswered) -> str:
    assert isinstance(row, Answered), row
    assert isinstance(row.data, Word)
    return row.data.word


def lost(row: Answered | Unanswered) -> Unanswered:
    """A row without an answer; an answer fails the test."""
    assert isinstance(row, Unanswered), row
    return row


def ask(client: Asking, requests: Sequence[ChatRequest]) -> list[Answered | Unanswered]:
    """All at once, as a worker does; the unit's name is the request's text."""
    import asyncio

    async def everything() -> list[Answered | Unanswered]:
        return await asyncio.gather(
            *(client.ask(r, Word, {}, "questions", r.user) for r in requests)
        )

    return sessions.run(everything())
