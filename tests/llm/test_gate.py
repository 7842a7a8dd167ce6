"""The door of a process: order, slots, cancelling, and what waiters hear when a run stops."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from pipeline.errors import BudgetSpentError, ClusterError, EndpointError
from pipeline.llm.budget import Budget
from pipeline.llm.gate import Gate
from pipeline.llm.limiter import LocalLimiter, RunLimits
from pipeline.llm.limits import Ending, Lease, Report, Settled
from pipeline.llm.price import Bound
from pipeline.recipe import BudgetRuntime, EndpointRuntime, Runtime

SMALL = Bound(10)


@dataclass
class Local:
    """A gate over limits of this process."""

    in_flight: int = 64
    budget: BudgetRuntime = field(default_factory=BudgetRuntime)

    def __post_init__(self) -> None:
        self.limits = RunLimits(
            Runtime(writer=EndpointRuntime(in_flight=self.in_flight)), Budget(self.budget)
        )

    def gate(self, worker: str = "w") -> Gate:
        return Gate(LocalLimiter(self.limits, "writer"), worker)

    @property
    def reserved(self) -> bool:
        return self.limits.budget.reserved_any


@dataclass
class Scripted:
    """A limiter that answers what a test says, when it says so."""

    lease: Lease = field(default_factory=lambda: Lease(8, 8))
    reports: list[Report] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    error: Exception | None = None
    granted: int = 0

    def __post_init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()

    async def report(self, report: Report) -> Lease:
        self.reports.append(report)
        await self.open.wait()
        if self.error is not None:
            raise self.error
        lease = replace(self.lease, granted=min(self.lease.granted, len(report.waiting)))
        self.granted += lease.granted
        return lease

    async def refuse(self, reason: str) -> None:
        self.refused.append(reason)

    async def asked(self) -> None:
        """Until a report is on its way whose answer is held back."""
        count = len(self.reports)
        self.open.clear()
        await until(lambda: len(self.reports) > count)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.001)


def settled(gate: Gate, ending: Ending = Ending.ANSWERED, used: Bound = SMALL) -> Settled:
    return Settled(ending, SMALL, used, gate.now)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Far from the seconds after which an idle gate reports: nothing may hang on that."""

    async def limited() -> None:
        async with asyncio.timeout(30):
            await test()

    began = time.monotonic()
    asyncio.run(limited())
    assert time.monotonic() - began < 4


def test_calls_enter_in_their_order() -> None:
    async def test() -> None:
        gate, entered = Local(in_flight=5).gate(), list[int]()

        async def call(number: int) -> None:
            await gate.enter(SMALL)
            entered.append(number)
            await asyncio.sleep(0)
            gate.leave(settled(gate))

        await asyncio.gather(*(call(n) for n in range(200)))
        await gate.close()
        assert entered == list(range(200))

    run(test)


def test_never_more_inside_than_may_be_in_flight() -> None:
    async def test() -> None:
        local = Local(in_flight=3)
        gates = [local.gate("a"), local.gate("b")]
        inside, most = 0, 0

        async def call(gate: Gate) -> None:
            nonlocal inside, most
            await gate.enter(SMALL)
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1
            gate.leave(settled(gate))

        await asyncio.gather(*(call(gates[n % 2]) for n in range(60)))
        for gate in gates:
            await gate.close()
        assert most == 3
        assert not local.reserved
        assert local.limits.budget.spent.requests == 60

    run(test)


def test_two_thousand_instant_calls_take_less_than_three_seconds() -> None:
    async def test() -> None:
        gate = Local(in_flight=64).gate()

        async def call() -> None:
            await gate.enter(SMALL)
            gate.leave(settled(gate))

        began = time.monotonic()
        await asyncio.gather(*(call() for _ in range(2000)))
        assert time.monotonic() - began < 3
        await gate.close()

    run(test)


def test_one_call_after_the_other_is_let_in_at_once() -> None:
    """Each waits for a report or two, not for the time after which a gate asks again."""

    async def test() -> None:
        gate = Local().gate()
        began = time.monotonic()
        for _ in range(50):
            await gate.enter(SMALL)
            gate.leave(settled(gate))
        assert time.monotonic() - began < 2
        await gate.close()

    run(test)


def test_a_waiter_that_is_cancelled_leaks_no_grant() -> None:
    async def test() -> None:
        local = Local(in_flight=1, budget=BudgetRuntime(requests=3))
        gate = local.gate()
        await gate.enter(SMALL)
        cancelled = asyncio.create_task(gate.enter(SMALL))
        last = asyncio.create_task(gate.enter(SMALL))
        # It is granted ahead of its slot, and gone when the slot is free.
        await until(lambda: len(gate._granted) == 1)
        cancelled.cancel()
        gate.leave(settled(gate))
        await last
        gate.leave(settled(gate))
        await gate.close()
        assert not local.reserved
        assert local.limits.budget.spent.requests == 2

    run(test)


def test_a_waiter_cancelled_while_it_is_let_in_leaks_no_slot() -> None:
    async def test() -> None:
        local = Local(in_flight=1)
        gate = local.gate()
        await gate.enter(SMALL)
        task = asyncio.create_task(gate.enter(SMALL))
        await until(lambda: len(gate._granted) == 1)
        gate.leave(settled(gate))  # opens the door for the task, which has not yet run
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(2):
            await gate.enter(SMALL)
        gate.leave(settled(gate))
        await gate.close()
        assert not local.reserved
        assert local.limits.budget.spent.requests == 2

    run(test)


def test_a_cancelled_grant_is_returned_soon_to_who_waits_for_the_budget() -> None:
    async def test() -> None:
        local = Local(in_flight=2, budget=BudgetRuntime(requests=3))
        one, other = local.gate("one"), local.gate("other")
        await one.enter(SMALL)
        await one.enter(SMALL)
        cancelled = asyncio.create_task(one.enter(SMALL))
        await until(lambda: len(one._granted) == 1)
        waits = asyncio.create_task(other.enter(SMALL))
        await asyncio.sleep(0.1)
        cancelled.cancel()
        one.leave(settled(one))
        async with asyncio.timeout(2):
            await waits
        other.leave(settled(other))
        one.leave(settled(one))
        for gate in (one, other):
            await gate.close()
        assert not local.reserved

    run(test)


def test_after_a_429_nothing_is_sent_until_the_limiter_has_answered() -> None:
    async def test() -> None:
        limiter = Scripted(Lease(2, 8))
        gate = Gate(limiter, "w")
        await gate.enter(SMALL)
        waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(4)]
        await until(lambda: waiting[0].done())
        limiter.open.clear()
        gate.leave(settled(gate, Ending.RATE_LIMITED))
        gate.leave(settled(gate))
        await until(lambda: any(r.settled for r in limiter.reports))
        await asyncio.sleep(0.05)
        assert [w.done() for w in waiting] == [True, False, False, False]
        limiter.open.set()
        await until(lambda: waiting[2].done())
        assert not waiting[3].done()
        await gate.close()

    run(test)


def test_a_429_while_a_report_is_on_its_way_keeps_the_door_shut() -> None:
    async def test() -> None:
        limiter = Scripted(Lease(1, 8))
        gate = Gate(limiter, "w")
        await gate.enter(SMALL)
        waits = asyncio.create_task(gate.enter(SMALL))
        await limiter.asked()
        gate.leave(settled(gate, Ending.RATE_LIMITED))
        # The answer to what was reported before is no answer to this; the next one is a pause.
        limiter.lease = Lease(1, 0, pause=30.0)
        limiter.open.set()
        await until(lambda: any(r.settled for r in limiter.reports))
        await asyncio.sleep(0.05)
        assert not waits.done()
        await gate.close()

    run(test)


def test_what_ends_while_a_report_is_on_its_way_is_told_next() -> None:
    """Not seconds later: others may wait for the slot."""

    async def test() -> None:
        limiter = Scripted(Lease(4, 8))
        gate = Gate(limiter, "w")
        await gate.enter(SMALL)
        await gate.enter(SMALL)
        gate.leave(settled(gate))
        await limiter.asked()
        gate.leave(settled(gate))
        limiter.open.set()
        began = time.monotonic()
        await until(lambda: sum(len(r.settled) for r in limiter.reports) == 2)
        assert time.monotonic() - began < 1
        await gate.close()

    run(test)


def test_nothing_is_sent_during_a_pause() -> None:
    async def test() -> None:
        limiter = Scripted(Lease(4, 4, pause=0.2))
        gate = Gate(limiter, "w")
        waits = asyncio.create_task(gate.enter(SMALL))
        await asyncio.sleep(0.1)
        assert not waits.done()
        limiter.lease = Lease(4, 4)
        await waits
        gate.leave(settled(gate))
        await gate.close()

    run(test)


@pytest.mark.parametrize(
    ("lease", "kind"),
    [
        (Lease(0, 0, halt="the endpoint is down"), EndpointError),
        (Lease(0, 0, halt="the budget is spent", budget_spent=True), BudgetSpentError),
    ],
)
def test_a_halt_is_told_to_all_who_wait_and_all_who_come(
    lease: Lease, kind: type[Exception]
) -> None:
    async def test() -> None:
        limiter = Scripted(Lease(1, 2))
        gate = Gate(limiter, "w")
        await gate.enter(SMALL)
        waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(50)]
        await until(lambda: len(gate._granted) > 0)
        limiter.lease = lease
        gate.leave(settled(gate, Ending.RATE_LIMITED))
        heard = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(h) for h in heard} == {kind}
        assert {str(h) for h in heard} == {lease.halt}
        with pytest.raises(kind):
            await gate.enter(SMALL)
        await gate.close()
        returned = sum(len(r.returned) for r in limiter.reports)
        assert returned == limiter.granted - 1

    run(test)


def test_a_spent_budget_stops_those_who_wait() -> None:
    async def test() -> None:
        local = Local(budget=BudgetRuntime(tokens=25))
        gate, done = local.gate(), list[int]()

        async def call(number: int) -> None:
            await gate.enter(SMALL)
            await asyncio.sleep(0.01)
            gate.leave(settled(gate))
            done.append(number)

        heard = await asyncio.gather(*(call(n) for n in range(5)), return_exceptions=True)
        await gate.close()
        assert done == [0, 1]
        assert all(isinstance(h, BudgetSpentError) for h in heard[2:])
        assert "20 of 25 tokens" in str(heard[2])
        assert not local.reserved

    run(test)


def test_a_refusal_stops_this_gate_at_once_and_the_others_when_they_report() -> None:
    async def test() -> None:
        local = Local(in_flight=1)
        one, other = local.gate("one"), local.gate("other")
        await one.enter(SMALL)
        waiting = [asyncio.create_task(g.enter(SMALL)) for g in (one, other)]
        await asyncio.sleep(0.02)
        one.leave(settled(one))
        await one.refuse("the key is wrong")
        heard = await asyncio.gather(*waiting, return_exceptions=True)
        if heard[0] is None:  # it was let in before the refusal
            one.leave(settled(one))
        assert isinstance(heard[1], EndpointError)
        assert str(heard[1]) == "the key is wrong"
        with pytest.raises(EndpointError, match="the key is wrong"):
            await one.enter(SMALL)
        for gate in (one, other):
            await gate.close()
        assert not local.reserved

    run(test)


def test_a_refusal_while_a_report_is_on_its_way_gives_its_grants_back() -> None:
    async def test() -> None:
        limiter = Scripted(Lease(1, 8))
        gate = Gate(limiter, "w")
        await gate.enter(SMALL)
        await until(lambda: len(limiter.reports) > 0)
        waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(3)]
        await limiter.asked()
        await gate.refuse("the key is wrong")
        limiter.open.set()
        heard = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(h, EndpointError) for h in heard)
        await until(lambda: any(r.returned for r in limiter.reports))
        await gate.close()
        assert sum(len(r.returned) for r in limiter.reports) == limiter.granted - 1

    run(test)


def test_close_gives_back_what_is_not_used_and_tells_what_ended() -> None:
    async def test() -> None:
        local = Local(in_flight=2, budget=BudgetRuntime(requests=100))
        gate = local.gate()
        await gate.enter(SMALL)
        await gate.enter(SMALL)
        waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(10)]
        await until(lambda: len(gate._granted) == 2)
        gate._slots = 0
        gate.leave(settled(gate))
        gate.leave(settled(gate))
        await gate.close()
        heard = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(h, asyncio.CancelledError) for h in heard)
        assert not local.reserved
        assert local.limits.budget.spent.requests == 2

    run(test)


def test_close_gives_back_what_a_report_on_its_way_is_granted() -> None:
    async def test() -> None:
        limiter = Scripted(Lease(4, 4))
        limiter.open.clear()
        gate = Gate(limiter, "w")
        waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(3)]
        await until(lambda: len(limiter.reports) == 1)
        closing = asyncio.create_task(gate.close())
        await asyncio.sleep(0.01)
        limiter.open.set()
        await closing
        await asyncio.gather(*waiting, return_exceptions=True)
        assert limiter.reports[-1].returned == limiter.reports[0].waiting

    run(test)


def test_close_in_the_moment_in_which_a_call_ends_does_not_hang() -> None:
    async def test() -> None:
        local = Local()
        for _ in range(20):
            gate = local.gate()
            await gate.enter(SMALL)
            await asyncio.sleep(0.008)
            gate.leave(settled(gate))
            async with asyncio.timeout(1):
                await gate.close()
        assert not local.reserved

    run(test)


def test_a_gate_that_was_never_used_is_closed_without_a_word() -> None:
    async def test() -> None:
        limiter = Scripted()
        await Gate(limiter, "w").close()
        assert not limiter.reports

    run(test)


@pytest.mark.parametrize("error", [ClusterError("gone"), EndpointError("down"), KeyError("a bug")])
def test_a_limiter_that_fails_is_told_to_all_who_wait(error: Exception) -> None:
    """Whatever happens: nobody waits for ever."""

    async def test() -> None:
        limiter = Scripted(Lease(1, 1))
        gate = Gate(limiter, "w")
        await gate.enter(SMALL)
        await until(lambda: len(limiter.reports) == 1)
        limiter.error = error
        waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(5)]
        heard = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(h) for h in heard] == [type(error)] * 5
        with pytest.raises(type(error)):
            await gate.enter(SMALL)
        limiter.error = ClusterError("gone")
        gate.leave(settled(gate))
        await gate.close()

    run(test)
