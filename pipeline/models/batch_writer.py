"""A writer that asks nobody: it answers from the store, and notes what is missing there.

Run over all units of a stage, it tells what a batch has to ask; run again when that is answered,
it tells what follows from it (a reply that was not valid, a second question of a script).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.llm.asking import answered
from pipeline.llm.batch.files import Pending
from pipeline.llm.chain import Found, Missing, follow
from pipeline.llm.price import Bound, Tokens
from pipeline.llm.request import ChatRequest
from pipeline.llm.responses import Responses
from pipeline.models.endpoint_writer import rendered, reply_of, standing
from pipeline.models.writer import Answer, Request
from pipeline.outcome import Failed
from pipeline.recipe import EndpointWriterSettings

PENDING = "Pending"
"""The error class of what is not answered yet; it is never committed."""


@dataclass
class BatchWriter:
    """Collects what is to be asked."""

    settings: EndpointWriterSettings
    responses: Responses
    bound: Callable[[ChatRequest], Bound]
    pending: list[Pending] = field(default_factory=list)

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]:
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Answer:
        chat = standing(rendered(self.settings, request), request, self.responses.__contains__)
        context = {"given": dict(request.given)}
        found = follow(chat, request.schema, context, self.responses.find)
        if isinstance(found, Found):
            return reply_of(self.settings, request, answered(found, Tokens(0), 0.0, 0))
        if isinstance(found, Missing):
            asked = found.request
            self.pending.append(Pending(asked, request.stage, request.unit, self.bound(asked)))
        return Failed(PENDING, "not answered yet")
