"""How much a run may ask of an endpoint at this moment: a state machine without a clock.

    in-flight cap -> requests and tokens a minute -> AIMD on 429 -> breaker -> budget

One `Limits` serves all workers of a run. A worker reports what ended and what waits, and gets
slots (calls it may have in flight until it is told otherwise) and grants (waiting calls it may
send). Slots are shared by demand; grants are paid from the rates and from the budget.

Additive increase, multiplicative decrease, with the slow start of TCP after a pause: a storm of
429 closes the door once, a few calls try it when the pause ends, and each success opens it
further (Jacobson, 1988). Without `Retry-After` the pauses double.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.llm.budget import Budget
from pipeline.llm.price import Bound
from pipeline.recipe import EndpointRuntime

DECREASE: Final = 0.75
"""What is left of the cap after a 429."""
INCREASE: Final = 1 / 8
"""By how much a success raises a cap that has recovered."""
PROBES: Final = 1 / 16
"""Share of the cap that tries the door after a pause."""
OUTAGE: Final = 5
"""Calls that broke in a row, none answered between, after which the endpoint counts as down."""
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
FORGOTTEN: Final = 60.0
"""Seconds after which a worker that no longer reports loses its slots."""


class Ending(StrEnum):
    """How a call ended, as far as limits are concerned."""

    ANSWERED = "answered"
    """The endpoint works: an answer, or a refusal of this one request."""
    RATE_LIMITED = "rate_limited"
    BROKEN = "broken"
    """Connection, time limit, 5xx."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A call that ended."""

    ending: Ending
    bound: Bound
    used: Bound
    """What it really took; the bound where nobody knows."""
    sent: float
    """When it was sent, in the limiter's seconds."""
    retry_after: float | None = None
    reason: str = ""
    """What the endpoint said, for the message of a run that stops."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker tells."""

    worker: str
    in_flight: int
    granted: int
    """Grants it holds and has not used."""
    waiting: tuple[Bound, ...] = ()
    """The next calls that have no grant, in order."""
    settled: tuple[Settled, ...] = ()
    returned: tuple[Bound, ...] = ()
    """Grants that it will not use."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What the worker may do until it reports again."""

    slots: int
    granted: int
    """So many of the waiting calls it named may be sent."""
    pause: float = 0.0
    """Seconds to send nothing at all."""
    now: float = 0.0
    halt: str | None = None
    """Nothing more may be sent in this run; why."""
    budget_spent: bool = False


@dataclass
class _Worker:
    slots: int = 0
    demand: int = 0
    heard: float = 0.0
    out: Counter[Bound] = field(default_factory=Counter)
    """What it was granted and has not settled."""

    def take_back(self, bound: Bound) -> bool:
        """Whether such a call was out; it no longer is."""
        known = self.out[bound] > 0
        self.out[bound] -= known
        if not self.out[bound]:
            del self.out[bound]
        return known


@dataclass
class Bucket:
    """A rate a minute as a bucket: one second's worth, so that no minute exceeds the rate."""

    per_minute: int | None
    level: float = 0.0
    filled: float = 0.0

    def __post_init__(self) -> None:
        self.level = self._size

    @property
    def _size(self) -> float:
        return max(1.0, (self.per_minute or 0) / 60)

    def fill(self, now: float) -> None:
        if self.per_minute is not None:
            rate = max(1.0, self.per_minute - self._size) / 60
            self.level = min(self._size, self.level + rate * (now - self.filled))
        self.filled = now

    def take(self, amount: float) -> bool:
        """Whether so much is there; more than the bucket holds passes when it is full."""
        if self.per_minute is None:
            return True
        if self.level < min(amount, self._size):
            return False
        self.level -= amount
        return True

    def give_back(self, amount: float) -> None:
        self.level = min(self._size, self.level + amount)


@dataclass
class Limits:
    """The limits of one endpoint."""

    runtime: EndpointRuntime
    budget: Budget
    section: str
    """`writer` or `judge`, as messages name it."""
    _cap: float = field(init=False)
    _threshold: float = field(init=False)
    _workers: dict[str, _Worker] = field(default_factory=dict)
    _requests: Bucket = field(init=False)
    _tokens: Bucket = field(init=False)
    _paused_until: float = 0.0
    _closed_at: float = -1.0
    """When the door was last closed: calls sent before tell nothing new."""
    _storms: int = 0
    """Pauses since the last answer."""
    _broken: int = 0
    _failing_since: float | None = None
    _halt: str | None = None

    def __post_init__(self) -> None:
        self._cap = self._threshold = float(self.runtime.in_flight)
        self._requests = Bucket(self.runtime.requests_per_minute)
        self._tokens = Bucket(self.runtime.tokens_per_minute)

    @property
    def cap(self) -> int:
        """Calls that may be in flight now, over all workers."""
        return max(1, int(self._cap))

    def report(self, report: Report, now: float) -> Lease:
        """Take a worker's report and lease it what it may do next."""
        worker = self._workers.setdefault(report.worker, _Worker())
        for settled in report.settled:
            # What a worker that was forgotten had out is counted as spent already.
            if worker.take_back(settled.bound):
                self.budget.settle(settled.bound, settled.used)
            self._settle(settled, now)
        for bound in report.returned:
            if worker.take_back(bound):
                self.budget.release(bound)
        slots = self._share(report, worker, now)
        pause = max(0.0, self._paused_until - now)
        granted = 0 if pause or self._halt else self._grant(report, worker, slots, now)
        # A slot without a call that may be sent is free for who holds grants: the call that
        # waits here may wait for the budget that those have reserved.
        slots = min(slots, report.in_flight + report.granted + granted)
        worker.slots = max(slots, report.in_flight)
        spent = not granted and not self._halt and self._budget_spent(report)
        halt = self.budget.told() if spent else self._halt
        return Lease(slots, granted, pause, now, halt, spent)

    def _budget_spent(self, report: Report) -> bool:
        """Nothing fits, and nothing is out whose settling could make room."""
        if not report.waiting or self.budget.fits(report.waiting[0]):
            return False
        return not self.budget.reserved_any

    def _grant(self, report: Report, worker: _Worker, slots: int, now: float) -> int:
        self._requests.fill(now)
        self._tokens.fill(now)
        granted = 0
        # A few more than there are slots, so that a freed slot need not wait for a report.
        room = 2 * slots - report.in_flight - report.granted
        for bound in report.waiting[: max(0, room)]:
            if not self.budget.fits(bound):
                break
            if not self._requests.take(1):
                break
            if not self._tokens.take(bound.tokens):
                self._requests.give_back(1)
                break
            self.budget.reserve(bound)
            worker.out[bound] += 1
            granted += 1
        return granted

    def _share(self, report: Report, me: _Worker, now: float) -> int:
        me.demand = report.in_flight + report.granted + len(report.waiting)
        me.heard = now
        self.forget(now)
        others = [w for w in self._workers.values() if w is not me]
        total = me.demand + sum(w.demand for w in others)
        wanted = min(me.demand, -(-self.cap * me.demand // max(1, total)))
        # What others hold is theirs until they report; slots in use cannot be taken back.
        free = self.cap - sum(w.slots for w in others)
        return max(0, min(wanted, free))

    def forget(self, now: float) -> None:
        """Take the slots of workers that no longer report."""
        for name in [n for n, w in self._workers.items() if now - w.heard > FORGOTTEN]:
            # What a dead worker had out may have been billed: it counts as spent.
            for bound in self._workers.pop(name).out.elements():
                self.budget.settle(bound, bound)

    def _settle(self, settled: Settled, now: float) -> None:
        self._tokens.give_back(settled.bound.tokens - settled.used.tokens)
        match settled.ending:
            case Ending.ANSWERED:
                self._open(settled)
            case Ending.RATE_LIMITED:
                self._failing(settled, now)
                self._close(settled, now)
            case Ending.BROKEN:
                self._failing(settled, now)
                self._broken += 1
                if self._broken >= OUTAGE:
                    self._close(settled, now)

    def _open(self, settled: Settled) -> None:
        self._broken = 0
        self._failing_since = None
        if settled.sent < self._closed_at:
            return
        self._storms = 0
        step = 1.0 if self._cap < self._threshold else INCREASE
        self._cap = min(float(self.runtime.in_flight), self._cap + step)

    def _close(self, settled: Settled, now: float) -> None:
        if settled.retry_after is not None:
            self._paused_until = max(self._paused_until, now + settled.retry_after)
            if settled.retry_after > self.runtime.patience_seconds:
                self._stop(settled, f"asks to wait {settled.retry_after:.0f} s")
        if settled.sent < self._closed_at:
            return
        if self._storms == 0:
            self._threshold = max(1.0, self._cap * DECREASE)
        self._cap = max(1.0, self._threshold * PROBES)
        if settled.retry_after is None:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._storms, 10))
            self._paused_until = max(self._paused_until, now + pause)
        self._storms += 1
        self._closed_at = max(now, self._paused_until)

    def _failing(self, settled: Settled, now: float) -> None:
        if self._failing_since is None:
            self._failing_since = now
        if now - self._failing_since > self.runtime.patience_seconds:
            self._stop(settled, f"has answered nothing for {self.runtime.patience_seconds:.0f} s")

    def _stop(self, settled: Settled, why: str) -> None:
        said = f" ({settled.reason})" if settled.reason else ""
        self._halt = f"the endpoint of `{self.section}` {why}{said}"

    def refuse(self, reason: str) -> None:
        """Stop the run: every call would end like the one that told this."""
        self._halt = reason
