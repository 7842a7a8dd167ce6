"""Ray for one build: started when the first stage has work, asked what it has, shut at the end."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from typing import Any

from pipeline.engine.execute import Executor
from pipeline.engine.lane import Lane
from pipeline.engine.scaling import ask_for, ask_for_nothing
from pipeline.engine.stage import Resources
from pipeline.errors import ClusterError, MissingDependencyError, ResourceError

# While Ray is imported and starts: no usage report may leave the machine, and a worker that asked
# for no GPU must see none, or its libraries would take somebody else's.
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
}
_METRICS = "RAY_enable_metrics_collection"


@dataclass
class RayLanes:
    """Lanes on a Ray cluster, `local` (own and private), `auto`, or an address."""

    address: str = "local"
    cpus: int | None = None
    services: Sequence[Callable[[], object]] = ()
    """Called once Ray runs; what they return is kept as long as the run needs it."""
    metrics_port: int | None = None
    """Where a Ray of our own serves metrics; None: it collects none."""
    _kept: list[object] = field(default_factory=list)
    _started: bool = False
    _owned: bool = False
    """This object started or joined Ray, and so leaves it again."""
    _pools: dict[Resources, Any] = field(default_factory=dict)

    def lane(self, identity: str, executor: Executor) -> Lane:
        """The lane of a stage.

        Raises:
            ResourceError: not even one worker of the stage fits, with the numbers.
        """
        self.start()
        from pipeline.engine.ray_lanes import ActorLane, TaskLane, actor_pool

        resources = self._settled(executor.stage.resources)
        if self.address != "local" and (resources.model or self._pools):
            ask_for(resources) if resources.model else ask_for_nothing()
        workers = self._fits(executor.stage.name, resources)
        # Kept actors hold processors: what this stage does not use would starve it.
        for other in [r for r in self._pools if not resources.model or r != resources]:
            self._pools.pop(other).close()
        if not resources.model:
            return TaskLane(identity, executor, workers)
        if resources not in self._pools:
            self._pools[resources] = actor_pool(resources, partial(_room, resources))
        return ActorLane(identity, executor, self._pools[resources])

    def start(self) -> None:
        """Start or join Ray, unless the process has done so already.

        Raises:
            MissingDependencyError: metrics are wanted, and what Ray serves them with is missing.
            ClusterError: Ray cannot be started or reached.
        """
        if self._started:
            return
        if self.metrics_port is not None and find_spec("prometheus_client") is None:
            raise MissingDependencyError(
                "engine.metrics_port needs what Ray serves metrics with: install the extra "
                "`cluster` (pip install 'demitasse[cluster]'), or set it to null"
            )
        environment = dict(_ENVIRONMENT)
        if self.address == "local":
            environment[_METRICS] = "0" if self.metrics_port is None else "1"
        with _variables(environment):
            import ray

            self._started = True
            if not ray.is_initialized():
                with _own_sigterm():
                    self._init()
        self._kept += [service() for service in self.services]

    def _init(self) -> None:
        import ray

        options: dict[str, Any] = {"logging_level": logging.ERROR, "log_to_driver": False}
        if self.address == "local":
            options |= {"num_cpus": self.cpus, "include_dashboard": False}
            if self.metrics_port is not None:
                options["_metrics_export_port"] = self.metrics_port
        try:
            ray.init(self.address, **options)
        except Exception as error:  # Ray raises a bare one where a node is late to start
            raise ClusterError(
                f"cannot start or reach Ray at address {self.address!r}: {error}; "
                "`demitasse doctor` shows what is missing"
            ) from error
        self._owned = True

    def _settled(self, resources: Resources) -> Resources:
        """With the GPUs that a worker gets where there are any, and none where there are none.

        A model server without a GPU computes on all processors of its machine: a second one beside
        it would need its memory once more and make neither faster.
        """
        if resources.gpus is not None:
            return resources
        if _has().get("GPU", 0.0) >= 1:
            return replace(resources, gpus=1.0)
        if resources.session and resources.workers is None:
            cpus = min(machine.get("CPU", 0.0) for machine in _machines())
            return replace(resources, gpus=0.0, cpus=max(resources.cpus, cpus))
        return replace(resources, gpus=0.0)

    def _fits(self, stage: str, resources: Resources) -> int:
        """How many workers of a stage fit the cluster.

        Raises:
            ResourceError: not one does.
        """
        workers = _room(resources)
        if workers < 1:
            has, machines = _has(), len(_machines())
            raise ResourceError(
                f"stage {stage} needs {resources.cpus:g} CPUs, {resources.gpus:g} GPUs and "
                f"{resources.memory_bytes / 1e9:.1f} GB for one worker; the cluster has "
                f"{has.get('CPU', 0.0):g} CPUs, {has.get('GPU', 0.0):g} GPUs and "
                f"{has.get('memory', 0.0) / 1e9:.1f} GB"
                f"{f' on {machines} machines' if machines > 1 else ''}: choose other settings or "
                "a larger --address"
            )
        return workers

    def close(self) -> None:
        """Release what the build holds; a cluster of our own is shut down."""
        if not self._started:
            return
        import ray

        for pool in self._pools.values():
            pool.close()
        if self._pools and self.address != "local":
            ask_for_nothing()
        self._pools.clear()
        self._kept.clear()
        if self._owned:
            ray.shutdown()
        self._started = self._owned = False


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    """Variables for what Ray starts, where the user set none; the next Ray may need others."""
    ours = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """Keep the process's handler of SIGTERM: Ray's prints a stack and ends a run undrained."""
    own = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if callable(own) and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, own)


def _has() -> dict[str, float]:
    """What the cluster has now, whoever uses it."""
    import ray

    ask: Any = ray.cluster_resources
    has: dict[str, float] = ask()
    return has


def _machines() -> list[dict[str, float]]:
    """What each machine of the cluster has."""
    import ray

    ask: Any = ray.nodes
    return [node["Resources"] for node in ask() if node["Alive"]]


def _room(resources: Resources) -> int:
    """How many workers with these needs the cluster holds if nothing else runs.

    A worker lives on one machine, and a worker that needs a part of a GPU on one GPU: what is left
    over on several does not add up, and a worker that was promised it would be waited for for ever.
    """
    return sum(_room_on(machine, resources) for machine in _machines())


def _room_on(machine: Mapping[str, float], resources: Resources) -> int:
    limits = [_times(machine.get("CPU", 0.0), resources.cpus)]
    if resources.gpus:
        devices = machine.get("GPU", 0.0)
        if resources.gpus < 1:
            limits.append(int(devices) * _times(1.0, resources.gpus))
        else:
            limits.append(_times(devices, resources.gpus))
    if resources.memory_bytes:
        limits.append(_times(machine.get("memory", 0.0), resources.memory_bytes))
    return min(limits)


def _times(has: float, needs: float) -> int:
    """How often it goes in; ten times where 0.1 is needed of 1, whatever floats make of it."""
    return int(has / needs + 1e-9)
