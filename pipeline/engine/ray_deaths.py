"""What Ray says of a worker that died, and what of it may be held against a unit."""

from dataclasses import dataclass
from typing import Final

from ray.exceptions import (
    ActorDiedError,
    ActorUnavailableError,
    NodeDiedError,
    OutOfMemoryError,
    RayError,
    WorkerCrashedError,
)

from pipeline.engine.lane import NODE_LOST

DEATHS: Final = (
    ActorDiedError,
    ActorUnavailableError,
    NodeDiedError,
    OutOfMemoryError,
    WorkerCrashedError,
)
"""What Ray raises in place of a result when the worker is gone."""

_NEVER_RAN: Final = "The actor never ran"
_NODE_DIED: Final = "node has died"


@dataclass(frozen=True)
class Death:
    """Why a worker died."""

    reason: str
    """`NODE_LOST`, what the worker or Ray said, or the name of Ray's error."""
    ran: bool = True
    """False: it ended before it did anything."""


def death_of(error: RayError) -> Death:
    """The death that one of `DEATHS` tells of.

    Until the cluster has noticed, for some seconds, an actor of a lost node is only unavailable;
    and one that is made meanwhile may be placed there. Where the cluster cannot call the driver
    back, such as one that knows no token and a driver that wants one, Ray takes the driver for
    dead and ends each actor before it runs.
    """
    told = str(error)
    match error:
        case NodeDiedError() | ActorUnavailableError():
            return Death(NODE_LOST)
        case ActorDiedError() if _NODE_DIED in told:
            return Death(NODE_LOST)
        case ActorDiedError() if _NEVER_RAN in told:
            said = told.partition(_NEVER_RAN)[0].rstrip().rpartition("\n")[2].strip()
            return Death(said.rstrip("."), ran=False)
        case _:
            return Death(type(error).__name__)
