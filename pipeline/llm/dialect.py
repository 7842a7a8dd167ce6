"""How an endpoint wants to be asked: found out from what it refuses, once for each process."""

from dataclasses import dataclass, replace

from pipeline.llm.transport import Attempt
from pipeline.recipe import EndpointRuntime

_SCHEMA_WORDS = ("response_format", "json_schema", "schema", "grammar")
NEW_LENGTH = "max_completion_tokens"


@dataclass(frozen=True)
class Dialect:
    """What differs between servers that all call themselves OpenAI-compatible."""

    structured: bool
    """`response_format: json_schema`, or else the schema in the prompt."""
    length_field: str = "max_tokens"

    @classmethod
    def of(cls, runtime: EndpointRuntime) -> "Dialect":
        return cls(structured=runtime.structured != "prompt")

    def learned(self, attempt: Attempt, runtime: EndpointRuntime) -> "Dialect | None":
        """Another way to ask after a refusal; None where the refusal is not about that."""
        if attempt.status not in (400, 422, 501):
            return None
        words = attempt.message.lower()
        if NEW_LENGTH in words and self.length_field != NEW_LENGTH:
            return replace(self, length_field=NEW_LENGTH)
        free = runtime.structured == "auto" and self.structured
        if free and any(word in words for word in _SCHEMA_WORDS):
            return replace(self, structured=False)
        return None
