"""What the stages that ask a writer have in common; a helper, not a stage."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blake3 import blake3
from pydantic import BaseModel, TypeAdapter

from pipeline import prompts
from pipeline.engine.stage import Unit
from pipeline.models.loading import make_writer
from pipeline.models.writer import Reply, Request, Writer
from pipeline.outcome import Failed, Outcome
from pipeline.prompts import Prompt
from pipeline.recipe import ProgramWriterSettings
from pipeline.records import GroupFrame, Record, record

_FRAMES = TypeAdapter(tuple[GroupFrame, ...])


@record
class GroupFrames(Record):
    """A group as writers see it."""

    id: str
    video: str
    frames: tuple[GroupFrame, ...]


@dataclass
class AskingWorker:
    """Asks a writer one request for each unit and turns the replies into outcomes."""

    stage: str
    settings: ProgramWriterSettings
    prompt_name: str
    schema: type[BaseModel]
    inputs: Callable[[Unit], Mapping[str, Any]]
    parse: Callable[[Unit, Reply], Outcome]
    _writer: Writer = field(init=False)
    _prompt: Prompt = field(init=False)

    def __post_init__(self) -> None:
        self._writer = make_writer(self.settings)
        self._prompt = prompts.load(self.prompt_name)

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        requests = [
            Request(self.stage, self._prompt, self.inputs(unit), self.schema) for unit in units
        ]
        for unit, answer in zip(units, self._writer.answer(requests), strict=True):
            yield answer if isinstance(answer, Failed) else self.parse(unit, answer)


def writer_identity(settings: ProgramWriterSettings, prompt_name: str) -> dict[str, Any]:
    """What of a writer and its prompt enters the stage's identity."""
    return {
        "writer": settings.model_dump(mode="json"),
        "prompt": {"name": prompt_name, "sha256": prompts.load(prompt_name).sha256},
    }


def frames_json(frames: Sequence[GroupFrame]) -> Any:
    """A group's frames as the plain values that prompts are rendered with."""
    return _FRAMES.dump_python(tuple(frames), mode="json")


def content_id(*parts: str) -> str:
    """An id that follows from content: 128 bits of BLAKE3 in hex."""
    return blake3("\0".join(parts).encode()).hexdigest(16)
