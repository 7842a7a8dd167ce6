"""How a pool of actors grows and shrinks, whatever happens to it; the actors are fakes."""

import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engine import cluster, ray_pool
from pipeline.engine.ray_pool import IDLE_SECONDS, LOOK_SECONDS, ActorPool
from pipeline.engine.stage import Resources


@dataclass(eq=False)
class Actor:
    """Counts its packs; `close.remote()` is called as Ray's handles are."""

    packs: int = 0
    closed: int = 0
    killed: int = 0

    @property
    def close(self) -> Any:
        def remote() -> "Actor":
            self.closed += 1
            return self

        return SimpleNamespace(remote=remote)


@dataclass
class World:
    """A cluster of a size that changes, a clock, and the pool in it."""

    workers: int | tuple[int, int] | None
    room: int
    now: float = 0.0
    made: list[Actor] = field(default_factory=list)
    pool: ActorPool = field(init=False)

    def __post_init__(self) -> None:
        resources = Resources(model=True, workers=self.workers)
        self.pool = ActorPool(resources, self.make, lambda: self.room)

    def make(self) -> Actor:
        self.made.append(Actor())
        return self.made[-1]

    def load(self, actor: Actor) -> int:
        return actor.packs

    def submit(self) -> None:
        before = {actor: actor.packs for actor in self.pool.actors}
        least, most = self.pool.bounds
        chosen = self.pool.free(self.load)
        grown = [actor for actor in self.pool.actors if actor not in before]
        if len(before) >= least and grown:
            assert all(before.values()), "it grows only when all are busy"
            assert len(self.pool.actors) <= most
        if before and not grown:
            assert chosen.packs == min(before.values()), "the least busy one is next"
            assert not chosen.packs or len(before) >= most
        assert len(self.pool.actors) >= least
        chosen.packs += 1

    def shrink(self) -> None:
        busy = [actor for actor in self.pool.actors if actor.packs]
        before = len(self.pool.actors)
        self.pool.shrink(self.load)
        assert all(actor in self.pool.actors for actor in busy)
        assert len(self.pool.actors) >= min(before, self.pool.bounds[0])

    def die(self, which: int) -> None:
        if self.pool.actors:
            dead = self.pool.actors[which % len(self.pool.actors)]
            self.pool.bury(dead)
            assert dead not in self.pool.actors

    def finish(self, which: int) -> None:
        busy = [actor for actor in self.pool.actors if actor.packs]
        if busy:
            busy[which % len(busy)].packs -= 1


@pytest.fixture(autouse=True)
def ray(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(actor: Actor) -> None:
        actor.killed += 1

    def wait(
        refs: list[Actor], num_returns: int, timeout: float
    ) -> tuple[list[Actor], list[Actor]]:
        assert len(refs) == num_returns
        return refs, []

    monkeypatch.setattr(ray_pool, "ray", SimpleNamespace(kill=kill, wait=wait))


BOUNDS = st.none() | st.integers(1, 4) | st.tuples(st.integers(1, 3), st.integers(3, 5))
STEPS = st.one_of(
    st.just(("submit", 0)),
    st.just(("submit", 0)),
    st.tuples(st.just("finish"), st.integers(0, 9)),
    st.tuples(st.just("die"), st.integers(0, 9)),
    st.tuples(st.just("room"), st.integers(0, 6)),
    st.tuples(st.just("later"), st.sampled_from([1, 6, 11])),
    st.just(("shrink", 0)),
)


@given(workers=BOUNDS, room=st.integers(0, 6), steps=st.lists(STEPS, max_size=60))
def test_it_stays_within_its_bounds_and_every_actor_ends_once(
    workers: int | tuple[int, int] | None, room: int, steps: list[tuple[str, int]]
) -> None:
    world = World(workers, room)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: world.now)
        for step, number in steps:
            match step:
                case "room":
                    world.room = number
                case "later":
                    world.now += number
                case "submit" | "shrink":
                    getattr(world, step)()
                case _:
                    getattr(world, step)(number)
            least, most = world.pool.bounds
            assert 1 <= least <= most
        world.pool.close()
    assert world.pool.actors == []
    assert all(actor.killed == 1 and actor.closed <= 1 for actor in world.made)


def patched(monkeypatch: pytest.MonkeyPatch, world: World) -> World:
    monkeypatch.setattr(time, "monotonic", lambda: world.now)
    return world


@pytest.mark.parametrize(
    ("workers", "room", "bounds"),
    [
        (None, 3, (1, 3)),
        (None, 0, (1, 1)),
        (2, 3, (1, 2)),
        (4, 3, (1, 3)),
        ((2, 4), 3, (2, 3)),
        ((2, 4), 1, (1, 1)),
        ((2, 2), 8, (2, 2)),
    ],
)
def test_bounds_are_what_the_recipe_wants_and_the_cluster_has(
    workers: int | tuple[int, int] | None, room: int, bounds: tuple[int, int]
) -> None:
    assert World(workers, room).pool.bounds == bounds


def test_a_cluster_that_grows_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = patched(monkeypatch, World(None, 1))
    world.submit()
    world.submit()
    assert len(world.pool.actors) == 1
    world.room = 2
    world.submit()
    assert len(world.pool.actors) == 1, "it was looked at a moment ago"
    world.now += LOOK_SECONDS + 1
    world.submit()
    assert len(world.pool.actors) == 2


def test_who_is_idle_for_long_is_let_go_and_closed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    world = patched(monkeypatch, World((1, 3), 3))
    for _ in range(3):
        world.submit()
    first, second, third = world.made
    first.packs = third.packs = 0
    world.shrink()
    world.now += IDLE_SECONDS + 1
    first.packs = 1
    world.shrink()
    assert world.pool.actors == [first, second]
    assert (third.closed, third.killed) == (1, 1)
    first.packs = 0
    world.shrink()
    world.now += IDLE_SECONDS - 1
    world.shrink()
    assert world.pool.actors == [first, second], "its idleness began anew"


def test_a_pool_below_its_least_lets_nobody_go(monkeypatch: pytest.MonkeyPatch) -> None:
    world = patched(monkeypatch, World((4, 4), 4))
    for _ in range(4):
        world.submit()
    world.die(0)
    world.made[1].packs = world.made[2].packs = 0
    world.shrink()
    world.now += IDLE_SECONDS + 1
    world.shrink()
    assert len(world.pool.actors) == 3


def test_what_is_dropped_is_killed_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    world = patched(monkeypatch, World(None, 2))
    world.submit()
    world.submit()
    world.pool.drop()
    assert [(actor.closed, actor.killed) for actor in world.made] == [(0, 1), (0, 1)]


@pytest.mark.parametrize(
    ("machines", "needs", "room"),
    [
        ([{"CPU": 8.0}], {"cpus": 3}, 2),
        ([{"CPU": 1.0}], {"cpus": 0.1}, 10),
        ([{"CPU": 3.0}, {"CPU": 3.0}], {"cpus": 2}, 2),
        ([{"CPU": 8.0}], {"gpus": 1.0}, 0),
        ([{"CPU": 8.0, "GPU": 4.0}], {"gpus": 2.0}, 2),
        ([{"CPU": 8.0, "GPU": 1.0}, {"CPU": 8.0, "GPU": 1.0}], {"gpus": 2.0}, 0),
        ([{"CPU": 9.0, "GPU": 2.0}], {"gpus": 0.4}, 4),
        ([{"CPU": 3.0, "GPU": 2.0}], {"gpus": 0.25}, 3),
        (
            [{"CPU": 8.0, "memory": 10e9}, {"CPU": 8.0, "memory": 5e9}],
            {"memory_bytes": 4 * 10**9},
            3,
        ),
        ([], {}, 0),
    ],
)
def test_a_worker_lives_on_one_machine_and_a_part_of_a_gpu_on_one_gpu(
    monkeypatch: pytest.MonkeyPatch,
    machines: list[dict[str, float]],
    needs: dict[str, Any],
    room: int,
) -> None:
    monkeypatch.setattr(cluster, "_machines", lambda: machines)
    assert cluster._room(Resources(**needs)) == room
