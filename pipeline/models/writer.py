"""Writers: what writes text. One protocol for language-model endpoints and the built-in program.

A stage builds a `Request` from its rows, the writer answers it, the stage turns the reply into
records. The request carries the structured inputs and the prompt; an endpoint renders the one
with the other, the program reads the inputs as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from pipeline.outcome import Failed, Usage
from pipeline.prompts import Prompt
from pipeline.records import Provenance


@dataclass(frozen=True)
class FrameImage:
    """A frame that a writer which sees is shown."""

    id: str
    """Its short name in this request, as `given` has it."""
    pts_seconds: float
    jpeg: bytes


@dataclass(frozen=True)
class Request:
    """One thing to be written."""

    stage: str
    unit: str
    """Who asks: calls are found again by it."""
    prompt: Prompt
    inputs: Mapping[str, Any]
    """Plain JSON values under the names that the prompt declares."""
    schema: type[BaseModel]
    """What the reply must look like; endpoints are given its JSON schema. `PlainText`: whatever
    the model says by itself, and no endpoint is told of a form."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Short names of the frames it gives, and the frames' ids: whatever else a reply cites is
    an error of its schema."""
    images: tuple[FrameImage, ...] = ()
    """Pictures for a writer that sees; none for the program, which reads detections."""
    replicate: int = 0
    """How often the unit was tried before: a failed one that is tried again is asked anew. Samples
    of plain text differ by it, and by a seed that goes up with it."""
    earlier: tuple[int, ...] = ()
    """Replicates of earlier tries: where one of them was answered, that is the answer."""
    logprobs: bool = False
    """Of plain text: the log-probability of each token is asked for."""


@dataclass(frozen=True)
class Reply:
    """An answer that fits the request's schema, and who gave it."""

    data: BaseModel
    provenance: Provenance
    usage: Usage = field(default_factory=Usage)
    others: "tuple[Reply, ...]" = ()
    """The further samples, where a script asked for several."""


Answer = Reply | Failed


class Writer(Protocol):
    """Answers requests in their order; what cannot be answered is a `Failed`, never a raise.

    One object may be asked by several threads at once.
    """

    def answer(self, requests: Sequence[Request]) -> Sequence[Answer]: ...
