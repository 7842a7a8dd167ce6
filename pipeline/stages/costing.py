"""What a stage's questions to a language model will cost; a helper, not a stage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from pipeline.engine.packs import cut
from pipeline.engine.plan import Work
from pipeline.engine.rows import RowReader
from pipeline.engine.stage import Stage
from pipeline.llm.asking import Answered, answered
from pipeline.llm.attempts import StageSpend
from pipeline.llm.chain import Found, Missing, follow
from pipeline.llm.forecast import CallForecast, call_forecast
from pipeline.llm.price import Tokens, cost
from pipeline.llm.request import ChatRequest, Picture, Sampling
from pipeline.llm.responses import Responses
from pipeline.llm.structured import response_schema
from pipeline.models.caption_prompt import caption_prompt, frames_json
from pipeline.models.endpoint_writer import EndpointWriter, rendered, reply_of, standing
from pipeline.models.replies import BlindReply, CaptionsReply
from pipeline.models.writer import Answer, Request
from pipeline.outcome import Failed
from pipeline.recipe import (
    EndpointCaptionerSettings,
    EndpointModel,
    EndpointWriterSettings,
    Recipe,
    reached,
)
from pipeline.stages.writing import AskingWorker, asks
from pipeline.store import BlobStore, Store

LOOKED_AT: Final = 256
"""Units whose requests are rendered; a stage with more is estimated from these."""


@dataclass
class Costing:
    """Renders what the stages of a plan would ask, and asks nobody."""

    recipe: Recipe
    store: Store
    """Of the workspace: its blobs and its answers."""
    history: Sequence[StageSpend]
    batch: bool = False
    found: list[CallForecast] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Stages of which nothing is there yet to estimate from."""

    def __call__(self, stage: Stage, work: Work, projected: int) -> None:
        """Take a stage of a plan into account."""
        if stage.name == "captions" and isinstance(self.recipe.identity.captioner, EndpointModel):
            self._captions(stage, work, projected)
        worker = stage.worker(BlobStore(self.store)) if asks(stage) else None
        if not isinstance(worker, AskingWorker) or not isinstance(worker.writer, EndpointWriter):
            return
        todo = len(work.todo)
        writer = worker.writer
        if not todo:
            if projected or not len(work.plan):
                self._supposed(stage.name, writer)
            return
        dry = _DryWriter(writer.settings, Responses(self.store))
        dry_run = AskingWorker(worker.stage, worker.settings, dry, worker.blobs, worker.script)
        reader, looked = RowReader(self.store), 0
        packs = islice(cut(work, stage.pack_units), -(-LOOKED_AT // stage.pack_units))
        for pack in packs:
            units = reader.units(stage, pack)
            dry_run(units)
            looked += len(units)
        self.found.append(
            call_forecast(
                stage.name,
                writer.settings.name,
                dry.missing,
                dry.stored,
                (todo + projected) / looked,
                reached(self.recipe.runtime, writer.section),
                self.history,
                projected=projected > 0 or looked < todo,
                batch=self.batch,
            )
        )

    def _captions(self, stage: Stage, work: Work, projected: int) -> None:
        """One call for every few frames, each about as long as the prompt and its pictures."""
        settings, todo = self.recipe.identity.captioner, work.todo
        assert isinstance(settings, EndpointCaptionerSettings)
        if not len(todo):
            if projected or not len(work.plan):
                self.unknown.append(stage.name)
            return
        offsets = work.plan.tables[0].offsets
        frames = int((offsets[todo + 1] - offsets[todo]).sum())
        together = settings.frames_together
        calls = -(-frames // together)
        seconds = [float(number) for number in range(together)]
        messages = caption_prompt(settings).messages(frames=frames_json(seconds))
        request = ChatRequest(
            label=settings.name,
            system=messages.system,
            user=messages.user,
            pictures=(Picture("Frame 1:", b""),) * together,
            sampling=Sampling(0.0, 1.0, settings.max_tokens, 0),
            schema_name=stage.name,
            schema=response_schema(CaptionsReply),
        )
        self.found.append(
            call_forecast(
                stage.name,
                settings.name,
                [request],
                0,
                calls * (len(todo) + projected) / len(todo),
                reached(self.recipe.runtime, "captioner"),
                self.history,
                projected=projected > 0,
                batch=False,
            )
        )

    def _supposed(self, stage: str, writer: EndpointWriter) -> None:
        """A stage without units yet: as many as there can be questions, each as long."""
        asking = next((f for f in self.found if f.stage == "questions"), None)
        if asking is None or not asking.requests + asking.stored:
            self.unknown.append(stage)
            return
        identity = self.recipe.identity
        questions = (asking.requests + asking.stored) * identity.questions.per_group
        each = {
            "verdicts": 2 if identity.verdicts.blind else 1,
            "rollouts": identity.rollouts.samples,
        }
        calls = questions * each.get(stage, 1)
        length = asking.tokens_in // max(1, asking.requests)
        runtime = reached(self.recipe.runtime, writer.section)
        tokens = Tokens(calls * length, 0, calls * writer.settings.max_tokens)
        self.found.append(
            CallForecast(
                stage=stage,
                model=writer.settings.name,
                stored=0,
                requests=calls,
                tokens_in=tokens.given,
                tokens_out=tokens.written,
                tokens_out_known=False,
                usd=cost(runtime.price, tokens, batch=self.batch),
                projected=True,
            )
        )


@dataclass
class _DryWriter:
    """Answers from the store; what is missing there it counts."""

    settings: EndpointWriterSettings
    responses: Responses
    missing: list[ChatRequest] = field(default_factory=list)
    stored: int = 0

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]:
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Answer:
        chat = standing(rendered(self.settings, request), request, self.responses.__contains__)
        found = follow(chat, request.schema, {"given": dict(request.given)}, self.responses.find)
        if isinstance(found, Found):
            self.stored += len(found.stored)
            return reply_of(self.settings, request, answered(found, Tokens(0), 0.0, 0))
        if isinstance(found, Missing):
            self.missing.append(found.request)
        if request.schema is BlindReply:
            # The script's next question needs some answer to be rendered at all.
            reply = BlindReply(answer="Something of about this length is what it would say here.")
            told = Answered(reply, (), "", "", Tokens(0), Tokens(0), 0.0, 0)
            return reply_of(self.settings, request, told)
        return Failed("NotAsked", "nothing is asked for a plan")
