"""The writer behind an OpenAI-compatible endpoint."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pipeline.llm.asking import Answered, Asking
from pipeline.llm.plain import PlainText
from pipeline.llm.request import ChatRequest, Picture, Sampling
from pipeline.llm.session import Section, Session, close, run
from pipeline.llm.structured import response_schema, schema_sha256
from pipeline.models.writer import Answer, Reply, Request
from pipeline.outcome import Failed, Usage
from pipeline.recipe import EndpointWriterSettings
from pipeline.records import Provenance


class EndpointWriter:
    """Renders requests, asks the endpoint, and says of each reply where it came from."""

    def __init__(
        self, section: Section, settings: EndpointWriterSettings, session: Session
    ) -> None:
        self.section = section
        self.settings = settings
        self.session = session
        self._asking: Asking | None = None

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]:
        """All of them at once, as far as the run's limits let them.

        Raises:
            HaltedError: the run must stop; what was answered is stored.
        """
        # Made outside of the loop's own thread, on which it waits.
        asking = self.session.asking(self.section, self.settings)
        return run(self._all(asking, requests))

    def close(self) -> None:
        """Let go of connections, and end the server that was started for this writer."""
        close(self.session)

    async def _all(self, asking: Asking, requests: Sequence[Request]) -> Sequence[Answer]:
        if self._asking is None:
            # A stage begins: since the last one, a batch may have brought answers.
            asking.responses.reload()
            self._asking = asking
        tasks = [asyncio.create_task(self._one(asking, request)) for request in requests]
        try:
            return await asyncio.gather(*tasks)
        except BaseException:
            # Those in flight come to their end: their answers are paid, and are stored.
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    async def _one(self, asking: Asking, request: Request) -> Answer:
        chat = standing(rendered(self.settings, request), request, asking.responses.__contains__)
        found = await asking.ask(
            chat, request.schema, {"given": dict(request.given)}, request.stage, request.unit
        )
        usage = Usage(found.tokens.given, found.tokens.written, found.usd)
        if not isinstance(found, Answered):
            return Failed(found.error_class, found.message, max(1, found.calls), usage)
        return reply_of(self.settings, request, found)


def reply_of(settings: EndpointWriterSettings, request: Request, found: Answered) -> Reply:
    """A valid answer with its provenance."""
    provenance = Provenance(
        stage=request.stage,
        writer="endpoint",
        model=settings.name,
        model_reported=found.model,
        mode=mode(request),
        prompt=request.prompt.label,
        prompt_sha256=request.prompt.sha256,
        schema_sha256="" if request.schema is PlainText else schema_sha256(request.schema),
        requests=found.keys,
        finish_reason=found.finish_reason,
        tokens_in=found.taken.given if found.taken else None,
        tokens_out=found.taken.written if found.taken else None,
        answer_source="model",
    )
    usage = Usage(found.tokens.given, found.tokens.written, found.usd)
    return Reply(found.data, provenance, usage)


def mode(request: Request) -> Literal["captions", "frames"]:
    """What the model is given of the frames."""
    return "frames" if request.images else "captions"


def rendered(settings: EndpointWriterSettings, request: Request) -> ChatRequest:
    """The chat request of a stage's request: what is sent, stored and shown.

    Raises:
        PromptError: the prompt asks for what the request does not have.
    """
    inputs = dict(request.inputs)
    names = {frame: name for name, frame in request.given.items()}
    if "frames" in inputs:
        inputs["frames"] = [{"id": names[f["frame"]], **f} for f in inputs["frames"]]
    if "route" in inputs:
        inputs["route"] = _with_names(inputs["route"], names)
    if "sees" in request.prompt.inputs:
        inputs["sees"] = mode(request)
    messages = request.prompt.messages(**inputs)
    plain = request.schema is PlainText
    # A server that goes by its seed would give every sample the same text.
    seed = settings.seed + (request.replicate if plain else 0)
    pictures = tuple(
        Picture(f"{image.id}, at {image.pts_seconds:.2f} s:", image.jpeg, settings.image_detail)
        for image in request.images
    )
    return ChatRequest(
        label=settings.name,
        system=messages.system,
        user=messages.user,
        pictures=pictures,
        sampling=Sampling(settings.temperature, settings.top_p, settings.max_tokens, seed),
        schema_name=request.stage,
        schema=None if plain else response_schema(request.schema),
        replicate=request.replicate,
        logprobs=request.logprobs,
    )


def _with_names(
    route: Mapping[str, Sequence[Mapping[str, Any]]], names: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """A route whose entries name their frames as the request does: a reply may cite no others."""
    return {
        part: [{**entry, "frame": names[entry["frame"]]} for entry in entries]
        for part, entries in route.items()
    }


def standing(chat: ChatRequest, request: Request, answered: Callable[[str], bool]) -> ChatRequest:
    """The chat request of an earlier try where that was answered; else the one of this try.

    Args:
        answered: whether the store has an answer under a key.
    """
    for replicate in request.earlier:
        seed = chat.sampling.seed + replicate - request.replicate
        before = replace(chat, replicate=replicate, sampling=replace(chat.sampling, seed=seed))
        if answered(before.key):
            return before
    return chat
