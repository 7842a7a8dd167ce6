"""What the runner holds against a unit whose worker died alone, by a lane that loses as told."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.execute import Executor
from pipeline.engine.lane import NODE_LOST, Died, Done, Event, Lane
from pipeline.engine.packs import Pack
from tests.engine.chain import Run, numbers

CRASHED, UNSTARTED = "WorkerCrashedError", "it never ran"


@dataclass
class LosingLane:
    """Runs packs here; those that hold one unit are lost for the reasons of a script first."""

    executor: Executor
    unit: str
    reasons: Iterator[str]
    workers: int = 2
    window: int = 4
    _queue: deque[Pack] = field(default_factory=deque)

    def submit(self, pack: Pack) -> None:
        self._queue.append(pack)

    def wait(self, timeout: float) -> list[Event]:
        pack = self._queue.popleft()
        reason = next(self.reasons, None) if self.unit in pack.ids else None
        if reason is None:
            return [Done(pack, self.executor.run(pack))]
        return [Died([pack], reason, ran=reason != UNSTARTED)]

    def close(self) -> None:
        self._queue.clear()


@dataclass
class LosingLanes:
    reasons: Sequence[str]

    def lane(self, identity: str, executor: Executor) -> Lane:
        reasons: Any = self.reasons if executor.stage.name == "squares" else ()
        return LosingLane(executor, "n0004", iter(reasons))

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("reasons", "failed"),
    [
        ([CRASHED], {}),
        ([CRASHED, CRASHED], {"WorkerDied": 1}),
        ([NODE_LOST, NODE_LOST], {}),
        ([CRASHED, NODE_LOST], {}),
        ([CRASHED, NODE_LOST, CRASHED], {"WorkerDied": 1}),
        ([NODE_LOST, NODE_LOST, NODE_LOST], {"WorkerDied": 1}),
        ([UNSTARTED] * 9, {}),
        ([CRASHED, *[UNSTARTED] * 9], {}),
        ([UNSTARTED, CRASHED, UNSTARTED, CRASHED], {"WorkerDied": 1}),
    ],
)
def test_neither_one_lost_node_nor_a_worker_that_never_ran_is_held_against_a_unit(
    tmp_path: Path, reasons: list[str], failed: dict[str, int]
) -> None:
    report = Run(tmp_path, numbers(range(8)), lanes=LosingLanes(reasons)).go()
    assert report.counts["squares"].failed == failed
    assert report.counts["squares"].kept == 8 - len(failed)
