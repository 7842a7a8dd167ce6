"""Writers: what writes text. One protocol for language-model endpoints and the built-in program.

A stage builds a `Request` from its rows, the writer answers it, the stage turns the reply into
records. The request carries the structured inputs and the prompt; an endpoint renders the one
with the other, the program reads the inputs as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from pipeline.outcome import Failed, Usage
from pipeline.prompts import Prompt
from pipeline.records import Provenance


@dataclass(frozen=True)
class Request:
    """One thing to be written."""

    stage: str
    prompt: Prompt
    inputs: Mapping[str, Any]
    """Plain JSON values under the names that the prompt declares."""
    schema: type[BaseModel]
    """What the reply must look like; endpoints are given its JSON schema."""
    images: tuple[bytes, ...] = ()
    """JPEGs for a writer that sees; none for the program, which reads detections."""


@dataclass(frozen=True)
class Reply:
    """An answer that fits the request's schema, and who gave it."""

    data: BaseModel
    provenance: Provenance
    usage: Usage = field(default_factory=Usage)


Answer = Reply | Failed


class Writer(Protocol):
    """Answers requests in their order; what cannot be answered is a `Failed`, never a raise."""

    def answer(self, requests: Sequence[Request]) -> Iterator[Answer]: ...
