"""Runs the packs of one stage through a lane, a bounded window at a time.

A worker that dies gives its packs back. They are split into single units, and each is tried
once more with a worker to itself, so that a second death names its unit beyond doubt: that
unit is `Failed("WorkerDied")`. Units that merely shared a worker with it lose nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from pipeline.engine.execute import Executor, Summary, summarise
from pipeline.engine.lane import Died, Lane
from pipeline.engine.packs import Pack
from pipeline.engine.parts import UnitResult
from pipeline.outcome import Failed

POLL_SECONDS = 1.0


@dataclass
class Runner:
    """One stage on its way through a lane."""

    lane: Lane
    executor: Executor
    stop: Event
    """Set by Ctrl-C: nothing more is fed, what flies is drained and committed."""
    report: Callable[[Summary], None]
    _flying: int = 0
    _suspects: deque[Pack] = field(default_factory=deque)
    _alone: bool = False
    """Suspects are flying, one a worker."""

    def run(self, packs: Iterator[Pack]) -> None:
        """Return when all is committed, or `stop` is set and what was flying has landed."""
        while True:
            if not self.stop.is_set():
                self._feed(packs)
            if not self._flying:
                return
            for event in self.lane.wait(POLL_SECONDS):
                if isinstance(event, Died):
                    self._flying -= len(event.packs)
                    self._take_back(event)
                else:
                    self._flying -= 1
                    self.report(event.summary)

    def _feed(self, packs: Iterator[Pack]) -> None:
        if self._suspects and (self._alone or not self._flying):
            self._alone = True
            while self._suspects and self._flying < self.lane.workers:
                self._submit(self._suspects.popleft())
        elif self._alone and not self._flying:
            self._alone = False
        if not self._alone and not self._suspects:
            while self._flying < self.lane.window and (pack := next(packs, None)) is not None:
                self._submit(pack)

    def _submit(self, pack: Pack) -> None:
        self.lane.submit(pack)
        self._flying += 1

    def _take_back(self, event: Died) -> None:
        for pack in event.packs:
            if self._alone:
                self._give_up(pack, event.reason)
            else:
                self._suspects.extend(pack.singles())

    def _give_up(self, pack: Pack, reason: str) -> None:
        outcome = Failed("WorkerDied", f"its worker died twice ({reason})", attempts=2)
        attempts = pack.attempts[0] + outcome.attempts
        self.executor.commit(
            [UnitResult(pack.ids[0], pack.keys[0], outcome, attempts, 0.0, 0.0, ())]
        )
        self.report(summarise([outcome], 0.0))
