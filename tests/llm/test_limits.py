"""The limits of a run, with workers that report when they like and a clock that is a number."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.llm.budget import Budget
from pipeline.llm.limits import (
    FORGOTTEN,
    LONGEST_PAUSE,
    OUTAGE,
    Bucket,
    Ending,
    Lease,
    Limits,
    Report,
    Settled,
)
from pipeline.llm.price import Bound
from pipeline.recipe import BudgetRuntime, EndpointRuntime

SMALL = Bound(10)
MINUTE = 60.0
SLACK = 1e-6
"""Seconds by which sums of floats may be off."""


def made(
    runtime: EndpointRuntime | None = None, budget: Budget | BudgetRuntime | None = None
) -> Limits:
    if not isinstance(budget, Budget):
        budget = Budget(budget or BudgetRuntime())
    return Limits(runtime or EndpointRuntime(), budget, "writer")


@dataclass
class Call:
    bound: Bound
    used: Bound
    sent: float = 0.0


@dataclass
class Worker:
    """What a gate does, at the times a test chooses."""

    name: str
    limits: Limits
    waiting: deque[Call] = field(default_factory=deque)
    granted: deque[Call] = field(default_factory=deque)
    flying: list[Call] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    returned: list[Bound] = field(default_factory=list)
    slots: int = 0
    shut: bool = False
    done: int = 0
    grants: list[tuple[float, Bound]] = field(default_factory=list)
    halt: str | None = None

    @property
    def reserved(self) -> list[Bound]:
        """What the budget holds for this worker."""
        held = [c.bound for c in (*self.granted, *self.flying)]
        return held + [s.bound for s in self.settled] + self.returned

    def report(self, now: float) -> Lease:
        ahead = max(16, 2 * self.slots)
        lease = self.limits.report(
            Report(
                self.name,
                len(self.flying),
                len(self.granted),
                tuple(c.bound for c in self.waiting)[:ahead],
                tuple(self.settled),
                tuple(self.returned),
            ),
            now,
        )
        self.settled.clear()
        self.returned.clear()
        for _ in range(lease.granted):
            self.granted.append(self.waiting.popleft())
            self.grants.append((now, self.granted[-1].bound))
        self.slots = 0 if lease.pause else lease.slots
        self.shut = False
        if lease.halt is not None:
            self.halt = lease.halt
            self.returned += [c.bound for c in self.granted]
            self.granted.clear()
            self.waiting.clear()
        return lease

    def send(self, now: float) -> bool:
        if not self.granted or len(self.flying) >= self.slots or self.shut:
            return False
        self.flying.append(replace(self.granted.popleft(), sent=now))
        return True

    def end(self, which: int, ending: Ending, retry_after: float | None = None) -> None:
        call = self.flying.pop(which % len(self.flying))
        used = call.used if ending is Ending.ANSWERED else Bound(0)
        self.settled.append(Settled(ending, call.bound, used, call.sent, retry_after, ending.value))
        if ending is Ending.ANSWERED:
            self.done += 1
        else:
            self.waiting.append(call)
        self.shut |= ending is Ending.RATE_LIMITED

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.granted or self.flying or self.settled or self.returned)


@dataclass(frozen=True)
class Step:
    worker: int
    what: Literal["report", "send", "answer", "limit", "break"]
    which: int
    after: float
    retry_after: float | None


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(0, 3),
        st.sampled_from(("report", "report", "send", "send", "answer", "limit", "break")),
        st.integers(0, 9),
        st.sampled_from((0.0, 0.01, 0.3)),
        st.sampled_from((None, None, 0.0, 0.5, 4.0)),
    ),
    max_size=120,
)
TOKENS = st.integers(1, 10)


@st.composite
def calls(draw: st.DrawFn, used_up: bool = False) -> Call:
    most = draw(TOKENS)
    used = most if used_up else draw(st.integers(0, most))
    return Call(Bound(most, most / 4), Bound(used, used / 4))


def work(used_up: bool = False) -> st.SearchStrategy[list[list[Call]]]:
    return st.lists(st.lists(calls(used_up), max_size=12), min_size=1, max_size=4)


@dataclass
class Schedule:
    """Runs steps, then lets everything be answered; `check` is called after every step."""

    limits: Limits
    workers: list[Worker]
    check: Callable[[], None]
    now: float = 1000.0

    def run(self, steps: Iterable[Step], *, pace: float = 0.5, rounds: int = 5000) -> None:
        for step in steps:
            self._step(step)
        for _ in range(rounds):
            if not any(w.busy for w in self.workers):
                return
            for worker in self.workers:
                while worker.flying:
                    worker.end(0, Ending.ANSWERED)
                worker.report(self.now)
                while worker.send(self.now):
                    self.check()
                self.check()
            self.now += pace
        pytest.fail(f"calls wait for ever: {self.workers}")

    def _step(self, step: Step) -> None:
        self.now += step.after
        worker = self.workers[step.worker % len(self.workers)]
        endings = {
            "answer": Ending.ANSWERED,
            "limit": Ending.RATE_LIMITED,
            "break": Ending.BROKEN,
        }
        if step.what == "report":
            worker.report(self.now)
        elif step.what == "send":
            while worker.send(self.now):
                self.check()
        elif worker.flying:
            worker.end(step.which, endings[step.what], step.retry_after)
        self.check()


def scheduled(
    runtime: EndpointRuntime,
    lists: list[list[Call]],
    budget: BudgetRuntime | None = None,
) -> Schedule:
    limits = made(runtime, budget)
    workers = [Worker(f"w{i}", limits, deque(todo)) for i, todo in enumerate(lists)]

    def check() -> None:
        assert sum(len(w.flying) for w in workers) <= runtime.in_flight
        assert 1 <= limits.cap <= runtime.in_flight
        limit, spent = limits.budget.limit, limits.budget.spent
        held = [b for w in workers for b in w.reserved]
        assert limits.budget.reserved_any == bool(held)
        assert limit.requests is None or spent.requests + len(held) <= limit.requests
        assert limit.tokens is None or spent.tokens + sum(b.tokens for b in held) <= limit.tokens
        assert limit.usd is None or spent.usd + sum(b.usd for b in held) <= limit.usd

    return Schedule(limits, workers, check)


def most_in_a_minute(grants: list[tuple[float, int]]) -> int:
    """The largest sum in any window of a minute, its end not included."""
    grants = sorted(grants)
    sums = []
    for start, _ in grants:
        sums.append(sum(n for at, n in grants if start <= at < start + MINUTE - SLACK))
    return max(sums, default=0)


@given(work(), STEPS, st.integers(1, 9))
@settings(max_examples=150, deadline=None)
def test_in_flight_stays_within_the_cap_and_every_call_is_answered(
    lists: list[list[Call]], steps: list[Step], in_flight: int
) -> None:
    runtime = EndpointRuntime(in_flight=in_flight, patience_seconds=1e9)
    schedule = scheduled(runtime, lists)
    schedule.run(steps)
    assert [w.done for w in schedule.workers] == [len(todo) for todo in lists]
    assert not schedule.limits.budget.reserved_any
    spent = schedule.limits.budget.spent
    assert spent.tokens == sum(c.used.tokens for todo in lists for c in todo)
    assert spent.usd == sum(c.used.usd for todo in lists for c in todo)


@given(work(), STEPS, st.sampled_from((1, 2, 3, 7, 60, 90, 200)))
@settings(max_examples=60, deadline=None)
def test_no_minute_has_more_grants_than_the_requests_a_minute(
    lists: list[list[Call]], steps: list[Step], per_minute: int
) -> None:
    runtime = EndpointRuntime(in_flight=8, requests_per_minute=per_minute, patience_seconds=1e9)
    schedule = scheduled(runtime, lists)
    schedule.run(steps, pace=20.0 / per_minute, rounds=20_000)
    assert sum(w.done for w in schedule.workers) == sum(map(len, lists))
    grants = [(at, 1) for w in schedule.workers for at, _ in w.grants]
    assert most_in_a_minute(grants) <= per_minute


@given(work(used_up=True), STEPS, st.sampled_from((600, 666, 1200)))
@settings(max_examples=60, deadline=None)
def test_no_minute_has_more_tokens_than_the_tokens_a_minute(
    lists: list[list[Call]], steps: list[Step], per_minute: int
) -> None:
    """Nobody knows what a call that failed used: here, all of its bound, as one answered."""
    runtime = EndpointRuntime(in_flight=8, tokens_per_minute=per_minute, patience_seconds=1e9)
    schedule = scheduled(runtime, lists)
    answered = [replace(s, what="answer") if s.what in ("limit", "break") else s for s in steps]
    schedule.run(answered, pace=0.25)
    assert sum(w.done for w in schedule.workers) == sum(map(len, lists))
    grants = [(at, b.tokens) for w in schedule.workers for at, b in w.grants]
    assert most_in_a_minute(grants) <= per_minute


@given(
    work(),
    STEPS,
    st.integers(1, 6),
    st.builds(
        BudgetRuntime,
        requests=st.none() | st.integers(1, 30),
        tokens=st.none() | st.integers(1, 120),
        usd=st.none() | st.integers(1, 30).map(float),
    ),
)
@settings(max_examples=150, deadline=None)
def test_a_budget_is_never_exceeded_and_never_deadlocks(
    lists: list[list[Call]], steps: list[Step], in_flight: int, budget: BudgetRuntime
) -> None:
    runtime = EndpointRuntime(in_flight=in_flight, patience_seconds=1e9)
    schedule = scheduled(runtime, lists, budget)
    schedule.run(steps)
    assert not schedule.limits.budget.reserved_any
    for worker, todo in zip(schedule.workers, lists, strict=True):
        assert worker.done == len(todo) or "budget" in str(worker.halt)


@pytest.mark.parametrize("per_minute", [1, 2, 30, 60, 61, 1000])
def test_a_rate_is_nearly_used_up(per_minute: int) -> None:
    bucket = Bucket(per_minute)
    minutes, taken = 10, 0
    for tick in range(minutes * 6000):
        bucket.fill(tick / 100)
        while bucket.take(1):
            taken += 1
    assert 0.5 * per_minute * minutes <= taken <= per_minute * minutes


def test_a_call_larger_than_a_second_of_tokens_goes_when_the_bucket_is_full() -> None:
    limits = made(EndpointRuntime(tokens_per_minute=600))
    worker = Worker("w", limits, deque([Call(Bound(300), Bound(300))] * 3))
    assert worker.report(100.0).granted == 1
    at = 100.0
    while not worker.report(at).granted:
        at += 0.5
    assert 30.0 <= at - 100.0 <= 35.0


def test_tokens_that_were_not_used_come_back() -> None:
    limits = made(EndpointRuntime(tokens_per_minute=600))
    worker = Worker("w", limits, deque([Call(Bound(10), Bound(0))] * 2))
    worker.report(100.0)
    worker.send(100.0)
    assert worker.report(100.1).granted == 0
    worker.end(0, Ending.ANSWERED)
    assert worker.report(100.1).granted == 1


def test_slots_are_shared_by_demand() -> None:
    limits = made(EndpointRuntime(in_flight=12))
    few, many = (
        Worker(n, limits, deque([Call(SMALL, SMALL)] * k)) for n, k in (("few", 4), ("many", 8))
    )
    few.report(0.0)
    many.report(0.0)
    assert (few.slots, many.slots) == (4, 8)


def test_who_has_nothing_to_send_leaves_its_slots_to_others() -> None:
    limits = made(EndpointRuntime(in_flight=2))
    first = Worker("first", limits, deque([Call(SMALL, SMALL)] * 2))
    first.report(0.0)
    assert first.send(0.0) and first.send(0.0)
    second = Worker("second", limits, deque([Call(SMALL, SMALL)] * 2))
    second.report(0.1)
    assert second.slots == 0
    first.end(0, Ending.ANSWERED)
    first.report(0.2)
    second.report(0.3)
    assert second.slots == 1


def test_a_slot_that_waits_for_the_budget_goes_to_who_holds_grants() -> None:
    """Else one waits for the budget that the other has reserved, and that one for a slot."""
    limits = made(EndpointRuntime(in_flight=2), BudgetRuntime(requests=3))
    waits = Worker("waits", limits, deque([Call(SMALL, SMALL)]))
    holds = Worker("holds", limits, deque([Call(SMALL, SMALL)] * 3))
    waits.report(0.0)
    holds.report(0.0)
    assert (len(waits.granted), len(holds.granted)) == (1, 2)
    assert waits.send(0.0) and holds.send(0.0)
    holds.end(0, Ending.RATE_LIMITED, 0.0)
    holds.report(0.1)
    assert (limits.cap, holds.slots, len(holds.granted)) == (1, 0, 1)
    waits.end(0, Ending.BROKEN)
    assert waits.report(0.2).halt is None
    holds.report(0.3)
    assert holds.send(0.3)


def flood(count: int, in_flight: int, **runtime: float) -> tuple[Limits, Worker]:
    """A worker with so many calls in flight, sent at 100."""
    limits = made(EndpointRuntime.model_validate({"in_flight": in_flight, **runtime}))
    worker = Worker("w", limits, deque([Call(SMALL, SMALL)] * 1000))
    while len(worker.flying) < count:
        worker.report(100.0)
        while len(worker.flying) < count and worker.send(100.0):
            pass
    return limits, worker


@pytest.mark.parametrize("together", [True, False], ids=["one report", "one by one"])
def test_a_burst_of_429_shrinks_the_cap_once(together: bool) -> None:
    limits, worker = flood(64, 64)
    now = 101.0
    while worker.flying:
        worker.end(0, Ending.RATE_LIMITED)
        if not together:
            now += 0.001
            worker.report(now)
    lease = worker.report(now)
    assert limits.cap == int(64 * 0.75 / 16) == 3
    assert 0.9 < lease.pause <= 1.0


def test_calls_sent_before_the_door_closed_do_not_open_it() -> None:
    """Their answers tell of the time before the 429."""
    limits, worker = flood(64, 64)
    worker.end(0, Ending.RATE_LIMITED)
    worker.report(101.0)
    while worker.flying:
        worker.end(0, Ending.ANSWERED)
    worker.report(101.5)
    assert limits.cap == 3
    worker.report(102.1)
    while worker.send(102.1):
        pass
    assert len(worker.flying) == 3


def test_a_pause_honours_retry_after() -> None:
    limits, worker = flood(4, 64)
    worker.end(0, Ending.RATE_LIMITED, 7.5)
    lease = worker.report(101.0)
    assert (lease.pause, lease.granted) == (7.5, 0)
    while worker.flying:
        worker.end(0, Ending.ANSWERED)
    worker.returned += [c.bound for c in worker.granted]
    worker.granted.clear()
    worker.waiting.clear()
    worker.report(102.0)
    other = Worker("other", limits, deque([Call(SMALL, SMALL)]))
    assert (other.report(108.4).granted, other.send(108.4)) == (0, False)
    assert other.report(108.6).granted == 1


def test_a_late_429_that_asks_for_more_is_honoured_and_shrinks_nothing() -> None:
    limits, worker = flood(64, 64)
    worker.end(0, Ending.RATE_LIMITED, 1.0)
    worker.report(101.0)
    worker.end(0, Ending.RATE_LIMITED, 5.0)
    assert worker.report(101.5).pause == 5.0
    assert limits.cap == 3


def probe(worker: Worker, now: float, ending: Ending, retry_after: float | None = None) -> Lease:
    """Send one call after a pause, and end it."""
    while not worker.granted:
        assert worker.report(now).pause == 0
    worker.report(now)
    assert worker.send(now)
    worker.end(-1, ending, retry_after)
    return worker.report(now)


def test_without_retry_after_the_pauses_double_up_to_the_longest() -> None:
    _, worker = flood(1, 64, patience_seconds=10_000.0)
    worker.end(0, Ending.RATE_LIMITED)
    now = 101.0
    pauses = [worker.report(now).pause]
    for _ in range(8):
        now += pauses[-1]
        pauses.append(probe(worker, now, Ending.RATE_LIMITED).pause)
    assert pauses == pytest.approx([min(2.0**n, LONGEST_PAUSE) for n in range(9)])
    now += LONGEST_PAUSE
    assert probe(worker, now, Ending.ANSWERED).pause == 0
    assert probe(worker, now, Ending.RATE_LIMITED).pause == 1.0, "an answer ends the doubling"


def test_ever_so_many_pauses_in_a_row_are_still_a_number() -> None:
    _, worker = flood(1, 4, patience_seconds=1e9)
    worker.end(0, Ending.RATE_LIMITED, 0.0)
    now = 101.0
    worker.report(now)
    for _ in range(1100):
        now += 0.01
        probe(worker, now, Ending.RATE_LIMITED, 0.0)
    assert probe(worker, now + 1, Ending.RATE_LIMITED).pause == LONGEST_PAUSE


@pytest.mark.parametrize(("in_flight", "probes"), [(1, 1), (4, 1), (64, 3), (256, 12)])
def test_after_a_pause_a_few_calls_try_the_door(in_flight: int, probes: int) -> None:
    _, worker = flood(in_flight, in_flight)
    while worker.flying:
        worker.end(0, Ending.RATE_LIMITED)
    worker.report(101.0)
    worker.report(103.0)
    while worker.send(103.0):
        pass
    assert len(worker.flying) == probes


def test_successes_open_the_door_quickly_to_the_threshold_then_slowly() -> None:
    limits, worker = flood(1, 64)
    worker.end(0, Ending.RATE_LIMITED)
    worker.report(101.0)
    caps = []
    for _ in range(250):
        caps.append(limits.cap)
        probe(worker, 103.0, Ending.ANSWERED)
    assert caps[:46] == list(range(3, 49)), "one a success, up to three quarters of 64"
    assert caps[45:53] == [48] * 8
    assert caps[53:61] == [49] * 8, "then an eighth a success"
    assert caps[-1] == max(caps) == 64


def test_being_asked_to_wait_longer_than_its_patience_stops_the_run() -> None:
    _, worker = flood(2, 4, patience_seconds=30.0)
    worker.end(0, Ending.RATE_LIMITED, 31.0)
    lease = worker.report(101.0)
    assert lease.halt == "the endpoint of `writer` asks to wait 31 s (rate_limited)"
    assert (lease.granted, lease.budget_spent) == (0, False)
    other = Worker("other", worker.limits, deque([Call(SMALL, SMALL)]))
    assert other.report(200.0).halt == lease.halt


@pytest.mark.parametrize("ending", [Ending.RATE_LIMITED, Ending.BROKEN])
def test_no_answer_for_longer_than_its_patience_stops_the_run(ending: Ending) -> None:
    _, worker = flood(1, 4, patience_seconds=30.0)
    worker.end(0, ending)
    assert worker.report(101.0).halt is None
    assert probe(worker, 131.0, ending).halt is None
    lease = probe(worker, 171.5, ending)
    assert lease.halt is not None
    assert lease.halt.startswith("the endpoint of `writer` has answered nothing for 30 s (")


def test_one_answer_restores_the_patience() -> None:
    _, worker = flood(1, 4, patience_seconds=30.0)
    worker.end(0, Ending.BROKEN)
    worker.report(101.0)
    probe(worker, 125.0, Ending.ANSWERED)
    assert probe(worker, 140.0, Ending.BROKEN).halt is None


def test_an_endpoint_that_breaks_every_call_is_paused_like_one_that_limits() -> None:
    limits, worker = flood(64, 64)
    for _ in range(OUTAGE - 1):
        worker.end(0, Ending.BROKEN)
    assert (worker.report(101.0).pause, limits.cap) == (0, 64)
    worker.end(0, Ending.BROKEN)
    assert (worker.report(102.0).pause, limits.cap) == (1.0, 3)


def test_one_answer_between_calls_that_break_shows_that_the_endpoint_works() -> None:
    limits, worker = flood(64, 64)
    for _ in range(4):
        for _ in range(OUTAGE - 1):
            worker.end(0, Ending.BROKEN)
        worker.end(0, Ending.ANSWERED)
    assert (worker.report(101.0).pause, limits.cap) == (0, 64)


def test_a_worker_that_vanishes_loses_its_slots_and_what_it_had_out_is_spent() -> None:
    limits = made(EndpointRuntime(in_flight=4), BudgetRuntime(tokens=1000))
    gone = Worker("gone", limits, deque([Call(Bound(30, 0.5), Bound(1))] * 4))
    gone.report(0.0)
    left = Worker("left", limits, deque([Call(SMALL, SMALL)] * 4))
    left.report(1.0)
    assert left.slots == 0
    left.report(FORGOTTEN - 1)
    assert (left.slots, limits.budget.spent.requests) == (0, 0)
    left.report(FORGOTTEN + 1)
    assert left.slots == 4
    spent = limits.budget.spent
    assert (spent.requests, spent.tokens, spent.usd) == (4, 120, 2.0)
    assert len(left.reserved) == 4


def test_a_forgotten_worker_that_comes_back_is_not_counted_twice() -> None:
    limits = made(EndpointRuntime(in_flight=4), BudgetRuntime(tokens=1000))
    asleep = Worker("asleep", limits, deque([Call(Bound(30), Bound(1))] * 3))
    asleep.report(0.0)
    assert asleep.send(0.0) and asleep.send(0.0)
    other = Worker("other", limits, deque([Call(SMALL, SMALL)]))
    other.report(FORGOTTEN + 1)
    asleep.end(0, Ending.ANSWERED)
    asleep.returned.append(asleep.granted.pop().bound)
    asleep.report(FORGOTTEN + 2)
    asleep.end(0, Ending.ANSWERED)
    asleep.report(FORGOTTEN + 3)
    assert limits.budget.reserved_any, "of the other"
    assert other.send(FORGOTTEN + 3)
    other.end(0, Ending.ANSWERED)
    other.report(FORGOTTEN + 4)
    assert not limits.budget.reserved_any
    assert (limits.budget.spent.requests, limits.budget.spent.tokens) == (4, 100)


def test_a_budget_stops_the_run_only_when_nothing_is_out() -> None:
    limits = made(EndpointRuntime(in_flight=4), BudgetRuntime(tokens=100))
    worker = Worker("w", limits, deque([Call(Bound(40), Bound(15))] * 6))
    assert worker.report(0.0).granted == 2
    assert worker.send(0.0) and worker.send(0.0)
    lease = worker.report(0.1)
    assert (lease.granted, lease.halt, lease.budget_spent) == (0, None, False), "it waits"
    worker.end(0, Ending.ANSWERED)
    lease = worker.report(0.2)
    assert (lease.granted, lease.halt) == (1, None), "the first used 15 of 40"
    worker.end(0, Ending.ANSWERED)
    assert worker.report(0.3).granted == 0
    assert worker.send(0.4)
    worker.end(0, Ending.ANSWERED)
    assert worker.report(0.5).granted == 1, "45 + 40"
    assert worker.send(0.6)
    worker.end(0, Ending.ANSWERED)
    assert (worker.report(0.7).granted, limits.budget.spent.tokens) == (1, 60)
    assert worker.send(0.8)
    worker.end(0, Ending.ANSWERED)
    lease = worker.report(0.9)
    assert lease.budget_spent
    assert lease.halt is not None
    assert "75 of 100 tokens" in lease.halt


def test_a_grant_that_is_returned_makes_room_in_the_budget() -> None:
    limits = made(EndpointRuntime(in_flight=4), BudgetRuntime(requests=1))
    first, second = (Worker(n, limits, deque([Call(SMALL, SMALL)])) for n in ("a", "b"))
    assert first.report(0.0).granted == 1
    lease = second.report(0.1)
    assert (lease.granted, lease.halt) == (0, None)
    first.returned.append(first.granted.pop().bound)
    first.report(0.2)
    assert second.report(0.3).granted == 1
    assert limits.budget.spent.requests == 0


def test_a_refusal_stops_everyone() -> None:
    limits = made()
    limits.refuse("the key is wrong")
    lease = Worker("w", limits, deque([Call(SMALL, SMALL)])).report(0.0)
    assert (lease.halt, lease.granted, lease.budget_spent) == ("the key is wrong", 0, False)
