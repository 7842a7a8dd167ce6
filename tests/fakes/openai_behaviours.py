"""What a scripted endpoint may do with a call; each behaviour is one that real ones show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request for a completion: `number` is the order of arrival, `arrived` is monotonic."""

    number: int
    body: Json
    headers: dict[str, str]  # by lower-case name
    arrived: float

    @property
    def text(self) -> str:
        """The first text of the last message: what is asked."""
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else str(content[0]["text"])


@dataclass(frozen=True, slots=True)
class Status:
    """An error in OpenAI's JSON, with a `retry-after` header if one is given."""

    code: int
    message: str = ""
    retry_after: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """The normal answer, `seconds` later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The headers and half the body, then the connection closes."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection closes with no answer at all."""


@dataclass(frozen=True, slots=True)
class Truncated:
    """An answer that ran out of tokens."""

    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The model declines: a refusal in place of content."""

    text: str


@dataclass(frozen=True, slots=True)
class ContentFilter:
    """A filter removed the content."""


@dataclass(frozen=True, slots=True)
class Content:
    """Any text for an answer, such as invalid JSON or JSON of another schema."""

    text: str


@dataclass(frozen=True, slots=True)
class OtherModel:
    """The normal answer, said to come from another model than the one asked."""

    name: str


@dataclass(frozen=True, slots=True)
class Duplicated:
    """The normal answer, its choice repeated until there are `copies` of it."""

    copies: int


@dataclass(frozen=True, slots=True)
class Garbage:
    """Status 200 with a body that is not JSON, as a proxy's page is."""


@dataclass(frozen=True, slots=True)
class NoUsage:
    """The normal answer, without its token counts."""


Behaviour: TypeAlias = (
    Status
    | Slow
    | Disconnect
    | Drop
    | Truncated
    | Refusal
    | ContentFilter
    | Content
    | OtherModel
    | Duplicated
    | Garbage
    | NoUsage
)
Answer: TypeAlias = Callable[[Call], str]
Script: TypeAlias = Callable[[Call], Behaviour | None]


def storm(start: float, end: float, retry_after: str | None = None) -> Script:
    """429 for every call that arrives from `start` to `end` seconds after the first call."""
    first: list[float] = []

    def script(call: Call) -> Behaviour | None:
        if not first:
            first.append(call.arrived)
        if start <= call.arrived - first[0] < end:
            return Status(429, "Rate limit reached", retry_after, "rate_limit_exceeded")
        return None

    return script
