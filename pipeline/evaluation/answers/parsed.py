"""What became of the attempt to read an answer: a value, or the reason why there is none."""

from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

T = TypeVar("T")

Reason = Literal["empty", "unfinished", "refusal", "several", "outside", "no_answer", "malformed"]
"""`several`: two or more that differ; `outside`: a letter beyond the options; `unfinished`: the
reasoning was cut off; `malformed`: tags, boxes or brackets do not fit together."""

REASONS: Final[tuple[Reason, ...]] = (
    *("empty", "unfinished", "refusal", "several", "outside", "no_answer", "malformed"),
)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """The answer that a text gives."""

    value: T


@dataclass(frozen=True, slots=True)
class Unparsed:
    """No answer that counts; never the same as a wrong one."""

    reason: Reason
    message: str
    """What was found instead, one phrase."""
