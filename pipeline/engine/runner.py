"""Runs the packs of one stage through a lane, a bounded window at a time.

A worker that dies gives its packs back. They are split into single units, and each is tried
once more with a worker to itself, so that a second death names its unit beyond doubt: that
unit is `Failed("WorkerDied")`. Units that merely shared a worker with it lose nothing, a lost node
is held against a unit only when it happens to it again, and a worker that never ran against none.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

from pipeline.engine.execute import Executor, Summary, summarise
from pipeline.engine.lane import NODE_LOST, Died, Done, Halted, Lane
from pipeline.engine.packs import Pack
from pipeline.engine.parts import UnitResult
from pipeline.errors import HaltedError
from pipeline.outcome import Failed

POLL_SECONDS = 1.0


@dataclass
class Runner:
    """One stage on its way through a lane."""

    lane: Lane
    executor: Executor
    stop: Event
    """Set by Ctrl-C: nothing more is fed, what flies is drained and committed."""
    report: Callable[[Pack, Summary], None]
    halted: HaltedError | None = None
    """Why a worker may not go on; then, as after Ctrl-C, what flies is drained."""
    _flying: int = 0
    _again: deque[Pack] = field(default_factory=deque)
    _returned: set[str] = field(default_factory=set)
    """First units of packs that lost a worker which had many."""
    _suspects: deque[Pack] = field(default_factory=deque)
    _spared: set[str] = field(default_factory=set)
    """Suspects that were lost with their node, once."""
    _alone: bool = False
    """Suspects are flying, one a worker."""

    def run(self, packs: Iterator[Pack]) -> None:
        """Return when all is committed, or `stop` is set and what was flying has landed."""
        while True:
            if not self.stop.is_set() and self.halted is None:
                self._feed(packs)
            if not self._flying:
                return
            for event in self.lane.wait(POLL_SECONDS):
                match event:
                    case Died(packs=lost):
                        self._flying -= len(lost)
                        self._take_back(event)
                    case Halted(error=error):
                        self._flying -= 1
                        self.halted = self.halted or error
                    case Done(pack, summary):
                        self._flying -= 1
                        self.report(pack, summary)

    def _feed(self, packs: Iterator[Pack]) -> None:
        if self._suspects and (self._alone or not self._flying):
            self._alone = True
            while self._suspects and self._flying < self.lane.workers:
                self._submit(self._suspects.popleft())
        elif self._alone and not self._flying:
            self._alone = False
        if not self._alone and not self._suspects:
            while self._flying < self.lane.window and (pack := self._next(packs)) is not None:
                self._submit(pack)

    def _next(self, packs: Iterator[Pack]) -> Pack | None:
        return self._again.popleft() if self._again else next(packs, None)

    def _submit(self, pack: Pack) -> None:
        self.lane.submit(pack)
        self._flying += 1

    def _take_back(self, event: Died) -> None:
        if not event.ran:
            (self._suspects if self._alone else self._again).extend(event.packs)
            return
        for pack in event.packs:
            if self._alone and event.reason == NODE_LOST and pack.ids[0] not in self._spared:
                self._spared.add(pack.ids[0])
                self._suspects.append(pack)
            elif self._alone:
                self._give_up(pack, event.reason)
            elif self.executor.stage.resources.packs > 1 and pack.ids[0] not in self._returned:
                # Its worker had hundreds of packs: trying each unit alone would take for ever.
                self._returned.add(pack.ids[0])
                self._again.append(pack)
            else:
                self._suspects.extend(pack.singles())

    def _give_up(self, pack: Pack, reason: str) -> None:
        outcome = Failed("WorkerDied", f"its worker died twice ({reason})", attempts=2)
        attempts = pack.attempts[0] + outcome.attempts
        self.executor.commit(
            [UnitResult(pack.ids[0], pack.keys[0], outcome, attempts, 0.0, 0.0, ())]
        )
        self.report(pack, summarise([outcome], 0.0))
