"""Where packs run: one protocol, and the lane that is the driver's own process.

The runner knows only this; Ray's tasks and actors are in `pipeline.engine.ray_lanes`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pipeline.engine.execute import Executor, Summary
from pipeline.engine.packs import Pack
from pipeline.errors import HaltedError


@dataclass(frozen=True)
class Done:
    """A pack that was committed."""

    pack: Pack
    summary: Summary


NODE_LOST: Final = "its node was lost"
"""Why a worker died that did nothing to deserve it."""


@dataclass(frozen=True)
class Died:
    """A worker is gone, and with it the packs it had; they were not committed."""

    packs: Sequence[Pack]
    reason: str
    """`NODE_LOST`, or what killed the worker."""
    ran: bool = True
    """False: it ended before it did anything, which says nothing of its packs."""


@dataclass(frozen=True)
class Halted:
    """A worker may not go on (budget, endpoint); the pack was not committed."""

    pack: Pack
    error: HaltedError


Event = Done | Died | Halted


class Lane(Protocol):
    """Runs the packs of one stage."""

    @property
    def workers(self) -> int:
        """How many packs run at the same time."""
        ...

    @property
    def window(self) -> int:
        """How many packs to have submitted at most; more would only wait in memory."""
        ...

    def submit(self, pack: Pack) -> None: ...

    def wait(self, timeout: float) -> list[Event]:
        """What ended, waiting for the first at most `timeout` seconds.

        Raises:
            DemitasseError: the workspace cannot be written, or the cluster is gone.
        """
        ...

    def close(self) -> None: ...


@dataclass
class LocalLane:
    """Runs packs in this process: for stages of the driver, and for the engine's tests."""

    executor: Executor
    _queue: deque[Pack] = field(default_factory=deque)
    workers: int = 1
    window: int = 1

    def submit(self, pack: Pack) -> None:
        self._queue.append(pack)

    def wait(self, timeout: float) -> list[Event]:
        if not self._queue:
            return []
        pack = self._queue.popleft()
        try:
            return [Done(pack, self.executor.run(pack))]
        except HaltedError as error:
            return [Halted(pack, error)]

    def close(self) -> None:
        self._queue.clear()
