"""Packs on Ray Core: tasks where a stage needs no model, a pool of actors where it does.

Why not a Ray Data plan: with 2.60 a poison row retries for ever or vanishes silently, pools of
equal resources fuse and stop overlapping, and nothing drains (docs/architecture.md).

`max_retries=0` and `max_restarts=0` throughout: what is tried again is the runner's decision.
"""

import platform
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ray
from ray.exceptions import RayTaskError

from pipeline.engine.execute import Executor, Summary
from pipeline.engine.lane import Died, Done, Event, Halted
from pipeline.engine.packs import Pack
from pipeline.engine.ray_deaths import DEATHS, Death, death_of
from pipeline.engine.ray_pool import ActorPool
from pipeline.engine.stage import Resources
from pipeline.errors import (
    ClusterError,
    DemitasseError,
    DeviceLostError,
    HaltedError,
    StorageError,
)
from pipeline.store import Store

QUEUED = 2
"""Packs an actor has at a time: one computes, the next one's rows are read meanwhile."""

CLOSING = 1
"""A call more than packs, so that an actor can be told to close while it works."""

QUIET_SECONDS = 20.0
"""After so long without a result the cluster is asked whether it lives."""

UNSTARTED = 10
"""After so many workers in a row that ended before they ran, the cluster is at fault."""

_executors: OrderedDict[str, Executor] = OrderedDict()


def _check_sees(store: Store) -> None:
    """Refuse a node without the workspace, which would write its parts to a disk of its own.

    Raises:
        StorageError: it is not there.
    """
    if not store.exists("workspace.json"):
        raise StorageError(
            f"node {platform.node()} does not see workspace {store.root}: take a --work that every "
            "node sees under the same path, such as a folder on a shared file system"
        )


def _run_pack(identity: str, executor: Executor, pack: Pack) -> Summary:
    """A pack in a pooled worker process, which keeps the last stage's executor."""
    # One process may serve two workspaces whose stages are the same.
    name = f"{identity} {executor.store.root}"
    if name not in _executors:
        _check_sees(executor.store)
    kept = _executors.setdefault(name, executor)
    while len(_executors) > 1:
        _executors.popitem(last=False)
    return kept.run(pack)


class _ModelHolder:
    """A process that keeps a stage's model; the next stage may take it over."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._executor: Executor | None = None
        self._identity = ""

    def run(self, identity: str, executor: Executor, pack: Pack) -> Summary:
        with self._turn:
            if identity != self._identity:
                self._take_over(executor)
                self._identity = identity
            current = self._executor
        assert current is not None
        return current.run(pack, self._turn)

    def _take_over(self, executor: Executor) -> None:
        _check_sees(executor.store)
        before, self._executor = self._executor, executor
        if before is not None and not executor.stage.resources.session:
            before.close()

    def close(self) -> None:
        """End what the worker started outside of this process."""
        if self._executor is not None:
            self._executor.close()


_remote: Any = ray.remote
_task = _remote(max_retries=0)(_run_pack)
_actor = _remote(max_restarts=0, max_task_retries=0)(_ModelHolder)


def _packs(resources: Resources) -> int:
    """Packs that an actor has at a time: one waits while one computes, or all are at work."""
    return max(QUEUED, resources.packs)


def _options(resources: Resources) -> dict[str, Any]:
    options: dict[str, Any] = {"num_cpus": resources.cpus, "num_gpus": resources.gpus}
    if resources.memory_bytes:
        options["memory"] = resources.memory_bytes
    return options


def _landed(flying: dict[Any, Any], timeout: float) -> list[Any]:
    if not flying:
        return []
    ready, _ = ray.wait(list(flying), num_returns=1, timeout=timeout)
    if ready:
        more, _ = ray.wait(list(flying), num_returns=len(flying), timeout=0)
        return list(more)
    return []


def _result(ref: Any) -> Summary | HaltedError | Death:
    """The summary of a pack, why its worker may not go on, or why it died.

    Raises:
        DemitasseError: raised by the worker on purpose (the workspace cannot be written).
    """
    try:
        summary = ray.get(ref)
    except DEATHS as death:
        return death_of(death)
    except RayTaskError as error:
        if isinstance(error.cause, HaltedError):
            return error.cause
        if isinstance(error.cause, DeviceLostError):
            return Death(str(error.cause))
        if isinstance(error.cause, DemitasseError):
            raise error.cause from None
        raise
    assert isinstance(summary, Summary)
    return summary


def _event(pack: Pack, result: Summary | HaltedError | Death) -> Event:
    match result:
        case Death(reason, ran):
            return Died([pack], reason, ran)
        case HaltedError():
            return Halted(pack, result)
        case _:
            return Done(pack, result)


@dataclass
class _Watchdog:
    """Notices a cluster that died without a word, or that lets no worker start."""

    quiet: float = 0.0
    unstarted: int = 0
    """Workers in a row that ended before they ran."""

    def look(self, events: Sequence[Event], seconds: float) -> None:
        """Judge what was heard in so many seconds.

        Raises:
            ClusterError: nothing can come of this cluster.
        """
        if not events:
            return self.silent(seconds)
        self.quiet = 0.0
        for event in events:
            if not isinstance(event, Died) or event.ran:
                self.unstarted = 0
            else:
                self.ended_unstarted(event.reason)
        return None

    def ended_unstarted(self, reason: str) -> None:
        self.unstarted += 1
        if self.unstarted >= UNSTARTED:
            raise ClusterError(
                f"the Ray cluster ended {self.unstarted} workers one after another before they "
                f"ran ({reason}): if it was started without token authentication, set "
                "RAY_AUTH_MODE=disabled here too, else see its logs; what was committed is safe: "
                "run the same command again"
            )

    def silent(self, seconds: float) -> None:
        self.quiet += seconds
        if self.quiet < QUIET_SECONDS:
            return
        self.quiet = 0.0
        if not _alive():
            raise ClusterError(
                "the Ray cluster stopped answering; what was committed is safe: "
                "run the same command again"
            )


def _alive() -> bool:
    answer: list[bool] = []
    nodes: Any = ray.nodes

    def ask() -> None:
        answer.append(any(node["Alive"] for node in nodes()))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout=10)
    return bool(answer and answer[0])


@dataclass
class TaskLane:
    """Packs as Ray tasks: any free worker process of the cluster takes the next one."""

    identity: str
    executor: Executor
    workers: int
    _flying: dict[Any, Pack] = field(default_factory=dict)
    _watchdog: _Watchdog = field(default_factory=_Watchdog)

    def __post_init__(self) -> None:
        self._ref = ray.put(self.executor)
        stage = self.executor.stage
        self._task = _task.options(name=stage.name, **_options(stage.resources))

    @property
    def window(self) -> int:
        return 2 * self.workers

    def submit(self, pack: Pack) -> None:
        self._flying[self._task.remote(self.identity, self._ref, pack)] = pack

    def wait(self, timeout: float) -> list[Event]:
        events: list[Event] = []
        for ref in _landed(self._flying, timeout):
            pack = self._flying.pop(ref)
            events.append(_event(pack, _result(ref)))
        self._watchdog.look(events, timeout)
        return events

    def close(self) -> None:
        for ref in self._flying:
            ray.cancel(ref, force=True)
        self._flying.clear()


def actor_pool(resources: Resources, fits: Callable[[], int]) -> ActorPool:
    """A pool whose actors hold models; `fits` tells how many the cluster has room for."""
    options = {**_options(resources), "max_concurrency": _packs(resources) + CLOSING}
    return ActorPool(resources, lambda: _actor.options(**options).remote(), fits)


@dataclass
class ActorLane:
    """Packs on a pool of actors, the least busy first."""

    identity: str
    executor: Executor
    pool: ActorPool
    _flying: dict[Any, tuple[Any, Pack]] = field(default_factory=dict)
    _watchdog: _Watchdog = field(default_factory=_Watchdog)

    def __post_init__(self) -> None:
        self._ref = ray.put(self.executor)

    @property
    def workers(self) -> int:
        return self.pool.bounds[1]

    @property
    def window(self) -> int:
        return _packs(self.pool.resources) * self.workers

    def submit(self, pack: Pack) -> None:
        actor = self.pool.free(self._load())
        call = actor.run.options(name=self.executor.stage.name)
        self._flying[call.remote(self.identity, self._ref, pack)] = (actor, pack)

    def wait(self, timeout: float) -> list[Event]:
        events: list[Event] = []
        dead: dict[Any, Died] = {}
        for ref in _landed(self._flying, timeout):
            actor, pack = self._flying.pop(ref)
            result = _result(ref)
            if isinstance(result, Death):
                packs = dead[actor].packs if actor in dead else ()
                dead[actor] = Died([*packs, pack], result.reason, result.ran)
            else:
                events.append(_event(pack, result))
        # Only now: what a dead actor had done before is not taken back.
        for actor, died in dead.items():
            events.append(replace(died, packs=[*died.packs, *self._bury(actor)]))
        self._watchdog.look(events, timeout)
        if self._flying:
            self.pool.shrink(self._load())
        return events

    def _load(self) -> Callable[[Any], int]:
        busy = Counter(id(actor) for actor, _ in self._flying.values())
        return lambda actor: busy[id(actor)]

    def _bury(self, dead: Any) -> list[Pack]:
        """Take back what else the dead actor had; it is replaced at the next submit."""
        self.pool.bury(dead)
        lost = [ref for ref, (actor, _) in self._flying.items() if actor is dead]
        return [self._flying.pop(ref)[1] for ref in lost]

    def close(self) -> None:
        if self._flying:
            self._flying.clear()
            self.pool.drop()
