"""The run's limits where they live: in this process, or in one Ray actor for all workers."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import ClusterError
from pipeline.llm.budget import Budget
from pipeline.llm.limits import Lease, Limits, Report
from pipeline.recipe import Runtime


@dataclass
class RunLimits:
    """The limits of every endpoint of a run, over one budget."""

    runtime: Runtime
    budget: Budget
    _limits: dict[str, Limits] = field(default_factory=dict)

    def report(self, section: str, report: Report) -> Lease:
        now = time.monotonic()
        lease = self._of(section).report(report, now)
        for limits in self._limits.values():
            # They share the budget: what a dead worker holds would keep the others waiting.
            limits.forget(now)
        return lease

    def refuse(self, section: str, reason: str) -> None:
        self._of(section).refuse(reason)

    def _of(self, section: str) -> Limits:
        if section not in self._limits:
            runtime = getattr(self.runtime, section)
            self._limits[section] = Limits(runtime, self.budget, section)
        return self._limits[section]


@dataclass
class LocalLimiter:
    """Limits of one process."""

    limits: RunLimits
    section: str

    async def report(self, report: Report) -> Lease:
        return self.limits.report(self.section, report)

    async def refuse(self, reason: str) -> None:
        self.limits.refuse(self.section, reason)


@dataclass
class RemoteLimiter:
    """Limits of a run in a Ray actor, by its name."""

    name: str
    section: str
    _actor: Any = None

    async def report(self, report: Report) -> Lease:
        lease = await self._call("report", report)
        assert isinstance(lease, Lease)
        return lease

    async def refuse(self, reason: str) -> None:
        await self._call("refuse", reason)

    async def _call(self, method: str, argument: object) -> object:
        import ray
        from ray.exceptions import RayActorError

        try:
            if self._actor is None:
                self._actor = ray.get_actor(self.name)
            return await getattr(self._actor, method).remote(self.section, argument)
        except (RayActorError, ValueError) as error:
            raise ClusterError(
                "the process that holds the run's limits is gone; what was answered is stored: "
                "run the same command again"
            ) from error


def is_held(name: str) -> bool:
    """Whether an actor holds the limits of this run: in Ray, and only there."""
    ray = sys.modules.get("ray")
    if ray is None or not ray.is_initialized():
        return False
    try:
        ray.get_actor(name)
    except ValueError:
        return False
    return True


def start(name: str, limits: RunLimits) -> Any:
    """The actor with these limits; it lives as long as the handle that is returned.

    Needs a running Ray.
    """
    import ray

    remote: Any = ray.remote
    actor = remote(max_restarts=0, num_cpus=0)(RunLimits)
    return actor.options(name=name).remote(limits.runtime, limits.budget)
