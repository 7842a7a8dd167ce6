"""A build: every stage planned, run, checked and made current, one after another.

A stage starts when the results it reads are final. What is in the ledger is used again, so a
build after a crash, with ten new videos, or with one changed setting is this same loop.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Protocol

import pyarrow as pa

from pipeline.engine.compaction import compact
from pipeline.engine.events import Counts, Listener, PackDone, StageEnded, StageStarted
from pipeline.engine.execute import Executor, Summary
from pipeline.engine.lane import Lane, LocalLane
from pipeline.engine.packs import cut, pack_units
from pipeline.engine.plan import Work
from pipeline.engine.planner import Planner
from pipeline.engine.runner import Runner
from pipeline.engine.stage import Stage
from pipeline.outcome import Usage
from pipeline.recipe import EngineRuntime


class Lanes(Protocol):
    """Gives each stage its lane; a cluster that is started only when one is asked for."""

    def lane(self, identity: str, executor: Executor) -> Lane: ...

    def close(self) -> None: ...


class LocalLanes:
    """Every stage in the driver's process: for the engine's tests and for small things."""

    def lane(self, identity: str, executor: Executor) -> Lane:
        return LocalLane(executor)

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Report:
    """How a build ended."""

    counts: dict[str, Counts]
    ran: dict[str, int]
    """Units sent, by stage."""
    stopped: bool
    """Ctrl-C came; what was sent is committed, the rest waits for the next run."""


@dataclass
class Build:
    """One run over the stages of a recipe."""

    planner: Planner
    stages: Sequence[Stage]
    lanes: Lanes
    runtime: EngineRuntime
    listen: Listener
    stop: Flag = field(default_factory=Flag)
    _ran: dict[str, int] = field(default_factory=dict)

    def run(self, first: str | None = None, last: str | None = None) -> Report:
        """Build from stage `first` (planning nothing earlier) to stage `last`, both included.

        Raises:
            DemitasseError: the workspace or the cluster failed, or `first` has nothing to use.
        """
        # Planning allocates and frees large columns; the system's allocator gives them back.
        pa.set_memory_pool(pa.system_memory_pool())
        names = [stage.name for stage in self.stages]
        start = names.index(first) if first else 0
        end = names.index(last) + 1 if last else len(names)
        try:
            for stage in self.stages[:start]:
                self.planner.adopt(stage)
            for stage in self.stages[start:end]:
                self._stage(stage)
                if self.stop.is_set():
                    break
        finally:
            self.lanes.close()
        return Report(dict(self.planner.counts), self._ran, self.stop.is_set())

    def _stage(self, stage: Stage) -> None:
        workspace = self.planner.workspace
        work, ledger = self.planner.work(stage)
        plan, started = work.plan, time.monotonic()
        folder = workspace.stage_folder(stage.name, plan.identity)
        self.listen(StageStarted(stage.name, len(plan), len(work.todo)))
        usage = Usage()
        if len(work.todo):
            workspace.describe(stage)
            usage = self._run(stage, folder, work, ledger.seconds_a_unit())
            if compact(workspace.store, folder, self.runtime.compact_parts):
                ledger = workspace.ledger(stage.name, plan.identity)
            else:
                ledger.refresh()
        found = ledger.find(plan.keys) if len(work.todo) else work.found
        counts = self.planner.settle(stage, ledger, found, complete=not self.stop.is_set())
        workspace.save_plan(plan)
        self._ran[stage.name] = len(work.todo)
        seconds = time.monotonic() - started
        self.listen(StageEnded(stage.name, counts, len(work.todo), seconds, usage))

    def _run(self, stage: Stage, folder: str, work: Work, unit_seconds: float) -> Usage:
        executor = Executor(stage, folder, self.planner.workspace.store)
        if stage.resources.driver:
            lane: Lane = LocalLane(executor)
        else:
            lane = self.lanes.lane(work.plan.identity, executor)
        spent: list[Usage] = []

        def report(summary: Summary) -> None:
            spent.append(summary.usage)
            self.listen(PackDone(stage.name, summary))

        size = pack_units(
            stage.pack_units,
            unit_seconds,
            self.runtime.pack_seconds,
            len(work.todo),
            lane.workers,
        )
        try:
            Runner(lane, executor, self.stop, report).run(cut(work, size))
        finally:
            lane.close()
        return Usage(
            sum(u.tokens_in for u in spent),
            sum(u.tokens_out for u in spent),
            sum(u.cost_usd for u in spent),
        )
