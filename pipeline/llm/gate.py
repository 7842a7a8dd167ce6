"""The door of one process: calls wait here until the run's limits let them through.

Slots and grants are leased in batches, ahead of need, so that a freed slot is filled at once and
the limiter hears of hundreds of calls in one message.
"""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from pipeline.errors import BudgetSpentError, ClusterError, DemitasseError, EndpointError
from pipeline.llm.limits import Ending, Lease, Report, Settled
from pipeline.llm.price import Bound

SOON: Final = 0.005
"""Seconds between two reports at least: what ends meanwhile goes into one."""
AGAIN: Final = 0.05
"""Seconds after which a worker that waits for a rate or a slot asks again."""
IDLE: Final = 5.0
"""Seconds after which a worker reports though nothing happened: it is not forgotten."""


class Limiter(Protocol):
    """The run's limits, here or in another process."""

    async def report(self, report: Report) -> Lease: ...

    async def refuse(self, reason: str) -> None: ...


@dataclass
class _Waiting:
    bound: Bound
    opened: "asyncio.Future[None]"


@dataclass
class Gate:
    """Lets calls through in their order; belongs to one event loop."""

    limiter: Limiter
    worker: str
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _granted: deque[_Waiting] = field(default_factory=deque)
    _settled: list[Settled] = field(default_factory=list)
    _returned: list[Bound] = field(default_factory=list)
    _in_flight: int = 0
    _slots: int = 0
    _shut: bool = False
    """A 429 came in: nothing is sent until the limiter has heard of it."""
    _halt: Exception | None = None
    _offset: float = 0.0
    """The limiter's clock less the loop's."""
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _pump: "asyncio.Task[None] | None" = None
    _asked: "tuple[Report, asyncio.Future[Lease]] | None" = None
    """A report whose lease has not been taken."""

    @property
    def now(self) -> float:
        """The limiter's seconds."""
        return asyncio.get_running_loop().time() + self._offset

    async def enter(self, bound: Bound) -> None:
        """Wait until a call that can use so much may be sent; it then counts as in flight.

        Raises:
            HaltedError: no call may be sent any more in this run.
            ClusterError: the limiter is gone.
        """
        if self._halt is not None:
            raise self._halt
        if self._pump is None:
            self._pump = asyncio.create_task(self._run())
        waiting = _Waiting(bound, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._wake.set()
        try:
            await waiting.opened
        except asyncio.CancelledError:
            self._left_unsent(waiting)
            raise

    def leave(self, settled: Settled) -> None:
        """Tell how a call ended; its slot is free."""
        self._in_flight -= 1
        self._settled.append(settled)
        self._shut |= settled.ending is Ending.RATE_LIMITED
        self._wake.set()
        self._open()

    async def refuse(self, reason: str) -> None:
        """Stop the whole run: every call would end like this one."""
        await self.limiter.refuse(reason)
        self._stop(EndpointError(reason))

    async def close(self) -> None:
        """Give back what is not used; calls still waiting are cancelled."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait([self._pump])
        if self._asked is not None:
            report, lease = self._asked
            self._asked = None
            with contextlib.suppress(DemitasseError):
                self._returned += report.waiting[: (await lease).granted]
        self._returned += [w.bound for w in self._granted]
        for waiting in (*self._granted, *self._waiting):
            waiting.opened.cancel()
        self._granted.clear()
        self._waiting.clear()
        if self._settled or self._returned:
            # Where the limiter is gone, nobody is left to be told.
            with contextlib.suppress(ClusterError):
                await self.limiter.report(self._report())

    def _left_unsent(self, waiting: _Waiting) -> None:
        """A caller was cancelled: if it was let in at the same moment, its slot is free."""
        if not waiting.opened.cancelled() and waiting.opened.exception() is None:
            self._in_flight -= 1
            self._give_back(waiting.bound)
            self._open()

    def _give_back(self, *bounds: Bound) -> None:
        if bounds:
            self._returned += bounds
            self._wake.set()

    def _open(self) -> None:
        while self._granted and self._in_flight < self._slots and not self._shut:
            waiting = self._granted.popleft()
            if waiting.opened.cancelled():
                self._give_back(waiting.bound)
                continue
            self._in_flight += 1
            waiting.opened.set_result(None)

    def _stop(self, halt: Exception) -> None:
        self._halt = halt
        self._give_back(*(w.bound for w in self._granted))
        for waiting in (*self._granted, *self._waiting):
            if not waiting.opened.done():
                waiting.opened.set_exception(halt)
        self._granted.clear()
        self._waiting.clear()

    def _report(self) -> Report:
        while self._waiting and self._waiting[0].opened.cancelled():
            self._waiting.popleft()
        ahead = max(16, 2 * self._slots)
        report = Report(
            self.worker,
            self._in_flight,
            len(self._granted),
            tuple(w.bound for w in islice(self._waiting, ahead)),
            tuple(self._settled),
            tuple(self._returned),
        )
        self._settled.clear()
        self._returned.clear()
        return report

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            report = self._report()
            lease = asyncio.ensure_future(self.limiter.report(report))
            self._asked = report, lease
            try:
                # Whoever closes the gate meanwhile gives back what this lease grants.
                taken = await asyncio.shield(lease)
            except Exception as error:
                # Whatever it is: callers that wait must hear of it.
                self._asked = None
                self._stop(error)
                return
            self._asked = None
            self._take(taken, report)
            await self._until_needed(taken)

    def _take(self, lease: Lease, report: Report) -> None:
        self._offset = lease.now - asyncio.get_running_loop().time()
        if self._halt is not None:
            self._give_back(*report.waiting[: lease.granted])
            return
        if lease.halt is not None:
            kind = BudgetSpentError if lease.budget_spent else EndpointError
            self._stop(kind(lease.halt))
            return
        for _ in range(lease.granted):
            self._granted.append(self._waiting.popleft())
        self._slots = 0 if lease.pause else lease.slots
        self._shut = any(s.ending is Ending.RATE_LIMITED for s in self._settled)
        self._open()

    async def _until_needed(self, lease: Lease) -> None:
        """Return when there is something to tell or to ask."""
        if lease.pause and not self._settled:
            await asyncio.sleep(min(lease.pause, IDLE))
            return
        starved = bool(self._waiting) and not lease.granted and not self._granted
        low = bool(self._waiting) and len(self._granted) < self._slots // 2
        if starved:
            wait = AGAIN
        elif low:
            wait = SOON
        else:
            wait = IDLE
        # Not `wait_for`, which in Python 3.11 forgets a cancellation when both come at once.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()
        await asyncio.sleep(SOON)
