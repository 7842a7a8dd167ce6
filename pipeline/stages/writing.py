"""What the stages that ask a writer have in common; a helper, not a stage.

Each says with a *script* what it asks about one unit: a generator that yields an `Ask`, is sent
the reply, may ask again, and returns the outcome. The scripts of a pack advance side by side, so
that an endpoint is asked about all of its units at once.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from blake3 import blake3
from pydantic import BaseModel, TypeAdapter

from pipeline import prompts
from pipeline.engine.stage import Blobs, Closing, Lookup, Resources, Stage, Table, Unit
from pipeline.llm.session import Section, Session
from pipeline.models.loading import make_writer, model_identity
from pipeline.models.picture import shrink_jpeg
from pipeline.models.writer import Answer, FrameImage, Reply, Request, Writer
from pipeline.outcome import Failed, Outcome, Usage
from pipeline.prompts import Prompt
from pipeline.recipe import EndpointModel, PolicySettings, Recipe, WriterSettings
from pipeline.records import Frame, GroupFrame, Record, record
from pipeline.stages.model_resources import model_resources
from pipeline.tasks import RecipeKind

_FRAMES = TypeAdapter(tuple[GroupFrame, ...])

PACK_UNITS = 8
"""Of a stage that asks an endpoint: small, so that one slow answer holds up few others."""


@record
class GroupFrames(Record):
    """A group as writers see it."""

    id: str
    video: str
    frames: tuple[GroupFrame, ...]


@record
class FrameJpeg(Record):
    """The picture of a frame, for a writer that sees."""

    id: str
    sha256: str
    blob: str
    offset: int
    length: int


@dataclass(frozen=True)
class Ask:
    """One question of a script to its writer."""

    prompt: Prompt
    inputs: Mapping[str, Any]
    """The values that the prompt declares, `frames` and `sees` left out."""
    schema: type[BaseModel]
    frames: Sequence[GroupFrame] = ()
    """What the writer is given of the video; it may cite these and no others."""
    blind: bool = False
    """No picture is sent, whatever the writer may see."""
    samples: int = 1
    """How often it is asked, all at once, each time for another text: only of plain text."""
    logprobs: bool = False
    """Of plain text: the log-probability of each token is asked for."""


Script = Generator[Ask, Reply, Outcome]


@dataclass
class AskingWorker:
    """Runs the scripts of a pack's units against a writer."""

    stage: str
    settings: WriterSettings | PolicySettings
    writer: Writer
    blobs: Blobs
    script: Callable[[Unit], Script]

    def __call__(self, units: Sequence[Unit]) -> list[Outcome]:
        running = {i: _Running(self.script(unit)) for i, unit in enumerate(units)}
        outcomes: dict[int, Outcome] = {}
        while running:
            for i in [i for i, r in running.items() if r.outcome is not None]:
                outcomes[i] = running.pop(i).settled()
            asked = [self._requests(units[i], r.asked) for i, r in running.items()]
            requests = [request for of_unit in asked for request in of_unit]
            answers = iter(self.writer.answer(requests) if requests else ())
            for one, of_unit in zip(running.values(), asked, strict=True):
                one.take(list(islice(answers, len(of_unit))))
        return [outcomes[i] for i in range(len(units))]

    def close(self) -> None:
        if isinstance(self.writer, Closing):
            self.writer.close()

    def _requests(self, unit: Unit, ask: Ask) -> list[Request]:
        """One a sample. What was well answered in an earlier try is not asked again."""
        first = self._request(unit, ask)
        if ask.samples == 1:
            return [first]
        tries = [range(i, (unit.tried + 1) * ask.samples, ask.samples) for i in range(ask.samples)]
        return [replace(first, replicate=of[-1], earlier=tuple(of[:-1])) for of in tries]

    def _request(self, unit: Unit, ask: Ask) -> Request:
        given = {frame.frame: f"F{i}" for i, frame in enumerate(ask.frames, 1)}
        sees = self.settings.sees == "frames" and not ask.blind
        inputs = {**ask.inputs, "frames": frames_json(ask.frames)}
        return Request(
            stage=self.stage,
            unit=unit.id,
            prompt=ask.prompt,
            inputs={name: inputs[name] for name in ask.prompt.inputs if name in inputs},
            schema=ask.schema,
            given={name: frame for frame, name in given.items()},
            images=tuple(self._pictures(unit, ask.frames)) if sees else (),
            replicate=unit.tried,
            logprobs=ask.logprobs,
        )

    def _pictures(self, unit: Unit, frames: Sequence[GroupFrame]) -> list[FrameImage]:
        stored = {jpeg.id: jpeg for jpeg in unit.all(FrameJpeg)}
        found = []
        for i, frame in enumerate(frames, 1):
            at = stored[frame.frame]
            data = self.blobs.read(at.blob, at.offset, at.length)
            small = shrink_jpeg(data, getattr(self.settings, "image_long_side", None))
            found.append(FrameImage(f"F{i}", frame.pts_seconds, small))
        return found


@dataclass
class _Running:
    """A script on its way, and what it has spent."""

    script: Script
    asked: Ask = field(init=False)
    outcome: Outcome | None = None
    _usage: Usage = field(default_factory=Usage)

    def __post_init__(self) -> None:
        self._advance(lambda: next(self.script))

    def take(self, answers: Sequence[Answer]) -> None:
        for used in (answer.usage for answer in answers):
            self._usage = Usage(
                self._usage.tokens_in + used.tokens_in,
                self._usage.tokens_out + used.tokens_out,
                self._usage.cost_usd + used.cost_usd,
            )
        replies: list[Reply] = []
        for answer in answers:
            if isinstance(answer, Failed):
                self.outcome = answer
                return
            replies.append(answer)
        first = replace(replies[0], others=tuple(replies[1:]))
        self._advance(lambda: self.script.send(first))

    def _advance(self, step: Callable[[], Ask]) -> None:
        try:
            self.asked = step()
        except StopIteration as end:
            self.outcome = end.value

    def settled(self) -> Outcome:
        """The outcome with all that it cost, not only the last answer."""
        assert self.outcome is not None
        return replace(self.outcome, usage=self._usage)


def asks(stage: Stage) -> bool:
    """Whether a stage asks a writer; told without making its worker, which may load a model."""
    return isinstance(stage.worker, partial) and stage.worker.func is asking_worker


def asking_worker(
    stage: str,
    section: Section,
    settings: WriterSettings | PolicySettings,
    script: Callable[[Unit], Script],
    session: Session | None,
    blobs: Blobs,
) -> AskingWorker:
    """The worker of a stage that asks."""
    writer = make_writer(section, settings, session)
    return AskingWorker(stage, settings, writer, blobs, script)


def prompt_of(
    stage: str,
    settings: WriterSettings | PolicySettings,
    own: str | None,
    recipe: RecipeKind = "videoespresso",
) -> Prompt:
    """The recipe's own prompt, or the one of the stage for this kind of recipe and of writer."""
    kind = "endpoint" if isinstance(settings, EndpointModel) else settings.kind
    of_recipe = "" if recipe == "videoespresso" else f"{recipe}_"
    return prompts.load(own or f"{stage}/{of_recipe}{kind}")


def writer_identity(settings: WriterSettings | PolicySettings, *asked: Prompt) -> dict[str, Any]:
    """What of a writer and its prompts enters the stage's identity.

    See `model_identity` for a model that is asked over HTTP.
    """
    return {"writer": model_identity(settings), "prompts": {p.id: p.sha256 for p in asked}}


def pictures_for(settings: WriterSettings | PolicySettings, parent: type) -> tuple[Lookup, ...]:
    """The group's pictures, where the writer sees: without it no unit depends on them."""
    if settings.sees == "captions":
        return ()
    return (Lookup(Table("frames", Frame, FrameJpeg), "id", parent, "frame_ids"),)


def writer_resources(recipe: Recipe, section: Section, pack_calls: int = PACK_UNITS) -> Resources:
    """What a worker needs to ask this writer."""
    return model_resources(recipe, section, pack_calls)


def frames_json(frames: Sequence[GroupFrame]) -> Any:
    """A group's frames as the plain values that prompts are rendered with."""
    return _FRAMES.dump_python(tuple(frames), mode="json")


def content_id(*parts: str) -> str:
    """An id that follows from content: 128 bits of BLAKE3 in hex."""
    return blake3("\0".join(parts).encode()).hexdigest(16)
