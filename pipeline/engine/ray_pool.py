"""The actors of one kind: how many there are, between two bounds, and how they end.

An actor costs seconds to start and a model in it minutes, so one is added only when all others
have work, and the pool is kept from stage to stage. One that has nothing to do while others work
is let go: what is left of the stage needs it no more, and its GPU may serve somebody else.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import ray

from pipeline.engine.stage import Resources

CLOSING_SECONDS: Final = 30.0
"""How long a worker may take to end what it started, such as a model server."""
IDLE_SECONDS: Final = 10.0
"""After so long without work, while others have some, an actor is let go."""
LOOK_SECONDS: Final = 5.0
"""Between two looks at how much fits the cluster, which may have grown."""


@dataclass
class ActorPool:
    """Actors of equal needs."""

    resources: Resources
    make: Callable[[], Any]
    """Starts one actor."""
    fits: Callable[[], int]
    """How many the cluster has room for, all of ours included."""
    actors: list[Any] = field(default_factory=list)
    _most: int = 0
    _looked: float = float("-inf")
    _idle: dict[Any, float] = field(default_factory=dict)

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and most actors, as the cluster is now; always at least one."""
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._most, self._looked = max(1, self.fits()), now
        match self.resources.workers:
            case None:
                return 1, self._most
            case int(most):
                return 1, min(most, self._most)
            case least, most:
                most = min(most, self._most)
                return min(least, most), most

    def free(self, load: Callable[[Any], int]) -> Any:
        """The actor that takes the next pack: the least busy one, or a new one.

        Args:
            load: how many packs an actor has.
        """
        least, most = self.bounds
        while len(self.actors) < least:
            self.actors.append(self.make())
        best = min(self.actors, key=load)
        if load(best) and len(self.actors) < most:
            best = self.make()
            self.actors.append(best)
        self._idle.pop(best, None)
        return best

    def shrink(self, load: Callable[[Any], int]) -> None:
        """Let go of actors that have long had nothing to do, down to the lower bound."""
        now = time.monotonic()
        idle = [actor for actor in self.actors if not load(actor)]
        self._idle = {actor: self._idle.get(actor, now) for actor in idle}
        long = [actor for actor, since in self._idle.items() if now - since > IDLE_SECONDS]
        spare = len(self.actors) - self.bounds[0]
        self._end(long[: max(0, spare)])

    def bury(self, dead: Any) -> None:
        """Forget an actor that died, perhaps with its node: what fits now is looked at anew.

        An actor made for room that is gone would wait for others to end, and its packs with it.
        """
        self._looked = float("-inf")
        self.actors.remove(dead)
        self._idle.pop(dead, None)
        ray.kill(dead)

    def close(self) -> None:
        """End them all, each after it has ended what it started."""
        self._end(list(self.actors))

    def _end(self, actors: list[Any]) -> None:
        closing = [actor.close.remote() for actor in actors]
        ray.wait(closing, num_returns=len(closing), timeout=CLOSING_SECONDS) if closing else None
        for actor in actors:
            self.bury(actor)

    def drop(self) -> None:
        """Kill them all at once: what they have at work is not wanted any more."""
        for actor in list(self.actors):
            self.bury(actor)
