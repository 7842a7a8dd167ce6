"""What comes back for a unit: kept, rejected or failed, and nothing else.

Data errors are these values; an exception that leaves a stage is a bug of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Record


@dataclass(frozen=True, slots=True)
class Usage:
    """What a unit spent on models, summed over all attempts."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0


NOTHING = Usage()


@dataclass(frozen=True, slots=True)
class Kept:
    """The unit's result; `rows` may be of any table that the stage writes, or none.

    `blobs` are written before the rows are committed, each under its SHA-256, which is how
    rows refer to them.
    """

    rows: Sequence[Record]
    blobs: Sequence[bytes] = ()
    usage: Usage = NOTHING


@dataclass(frozen=True, slots=True)
class Rejected:
    """The data is no good for this stage: a result, not repeated until an input changes.

    `rows` may tell later stages about it (a `Rejection` of a question, for instance).
    """

    reason: str
    """A short code in snake_case, counted by `status` and in the card."""
    message: str
    """One sentence about this unit."""
    rows: Sequence[Record] = ()
    usage: Usage = NOTHING


@dataclass(frozen=True, slots=True)
class Failed:
    """Something around the data broke (time limit, memory, endpoint); `retry` tries again."""

    error_class: str
    """A short CamelCase name, counted by `status`: `TimeLimit`, `WorkerDied`, ..."""
    message: str
    attempts: int = 1
    usage: Usage = NOTHING


Outcome = Kept | Rejected | Failed
