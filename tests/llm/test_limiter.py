"""The limits in a Ray actor: workers in several processes, one cap and one budget."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.errors import ClusterError
from pipeline.llm.budget import Budget
from pipeline.llm.gate import Gate
from pipeline.llm.limiter import LocalLimiter, RemoteLimiter, RunLimits, is_held, start
from pipeline.llm.limits import FORGOTTEN, Ending, Report, Settled
from pipeline.llm.price import Bound
from pipeline.recipe import BudgetRuntime, EndpointRuntime, Runtime

SMALL = Bound(10)


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """One Ray session for the module: each start costs seconds."""
    import ray

    # Another test process may have one that could be joined.
    ray.init(
        "local",
        num_cpus=1,
        include_dashboard=False,
        logging_level=logging.ERROR,
        log_to_driver=False,
    )
    yield ray
    ray.shutdown()


def limits(in_flight: int = 4, budget: BudgetRuntime | None = None) -> RunLimits:
    endpoint = EndpointRuntime(in_flight=in_flight)
    return RunLimits(Runtime(writer=endpoint, judge=endpoint), Budget(budget or BudgetRuntime()))


def test_two_gates_share_the_cap_of_one_actor(ray: Any) -> None:
    actor = start("shared", limits(in_flight=4))
    assert is_held("shared")

    async def test() -> tuple[int, int]:
        gates = [Gate(RemoteLimiter("shared", "writer"), name) for name in ("a", "b")]
        inside, most, done = 0, 0, 0

        async def call(gate: Gate) -> None:
            nonlocal inside, most, done
            await gate.enter(SMALL)
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.005)
            inside -= 1
            done += 1
            gate.leave(Settled(Ending.ANSWERED, SMALL, SMALL, gate.now))

        async with asyncio.timeout(60):
            await asyncio.gather(*(call(gates[n % 2]) for n in range(80)))
            for gate in gates:
                await gate.close()
        return most, done

    most, done = asyncio.run(test())
    assert done == 80
    assert 2 <= most <= 4
    ray.kill(actor)


def test_a_limiter_that_dies_is_told_to_who_waits(ray: Any) -> None:
    actor = start("dies", limits(in_flight=1))

    async def test() -> list[object]:
        gate = Gate(RemoteLimiter("dies", "writer"), "w")
        async with asyncio.timeout(60):
            await gate.enter(SMALL)
            waiting = [asyncio.create_task(gate.enter(SMALL)) for _ in range(3)]
            ray.kill(actor)
            heard = await asyncio.gather(*waiting, return_exceptions=True)
            gate.leave(Settled(Ending.ANSWERED, SMALL, SMALL, gate.now))
            await gate.close()
        return list(heard)

    heard = asyncio.run(test())
    assert [type(h) for h in heard] == [ClusterError] * 3
    assert "run the same command again" in str(heard[0])


def test_a_limiter_that_never_was_is_told(ray: Any) -> None:
    assert not is_held("nobody")
    with pytest.raises(ClusterError):
        asyncio.run(RemoteLimiter("nobody", "writer").refuse("why"))


def test_a_refusal_reaches_every_worker_of_the_actor(ray: Any) -> None:
    actor = start("refuses", limits())

    async def test() -> str | None:
        await RemoteLimiter("refuses", "writer").refuse("the key is wrong")
        return (await RemoteLimiter("refuses", "writer").report(Report("w", 0, 0))).halt

    assert asyncio.run(test()) == "the key is wrong"
    ray.kill(actor)


def test_endpoints_have_limits_of_their_own_and_one_budget() -> None:
    shared = limits(in_flight=1, budget=BudgetRuntime(requests=3))
    writer, judge = LocalLimiter(shared, "writer"), LocalLimiter(shared, "judge")

    async def test() -> None:
        assert (await writer.report(Report("w", 0, 0, (SMALL,)))).granted == 1
        assert (await judge.report(Report("j", 0, 0, (SMALL,) * 4))).granted == 2
        await writer.refuse("the key is wrong")
        assert (await writer.report(Report("w", 1, 0))).halt == "the key is wrong"
        assert (await judge.report(Report("j", 2, 0))).halt is None

    asyncio.run(test())


def test_what_a_dead_writer_had_out_does_not_keep_the_judge_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = limits(budget=BudgetRuntime(requests=1))
    now = 100.0
    monkeypatch.setattr("pipeline.llm.limiter.time.monotonic", lambda: now)
    assert shared.report("writer", Report("w", 0, 0, (SMALL,))).granted == 1
    assert shared.report("judge", Report("j", 0, 0, (SMALL,))).halt is None
    now += FORGOTTEN + 1
    shared.report("judge", Report("j", 0, 0, (SMALL,)))
    assert shared.report("judge", Report("j", 0, 0, (SMALL,))).budget_spent


def test_whether_limits_are_held_is_known_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.llm.limiter.sys.modules", {})
    assert not is_held("any")
