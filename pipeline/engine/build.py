"""A build: every stage planned, run, checked and made current, one after another.

A stage starts when the results it reads are final. What is in the ledger is used again, so a
build after a crash, with ten new videos, or with one changed setting is this same loop.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from typing import Protocol

from pipeline.engine.compaction import compact
from pipeline.engine.events import Counts, Listener, PackDone, StageEnded, StageStarted
from pipeline.engine.execute import Executor, Summary
from pipeline.engine.lane import Lane, LocalLane
from pipeline.engine.memory import give_back, use_system_pool
from pipeline.engine.merging import AT_ONCE, Merging
from pipeline.engine.packs import Pack, PackSize, cut, cut_by
from pipeline.engine.plan import Work
from pipeline.engine.planner import Planner
from pipeline.engine.rows import RowReader
from pipeline.engine.runner import Runner
from pipeline.engine.stage import Stage, Unit
from pipeline.errors import HaltedError
from pipeline.outcome import Usage
from pipeline.recipe import EngineRuntime


class Lanes(Protocol):
    """Gives each stage its lane; a cluster that is started only when one is asked for."""

    def lane(self, identity: str, executor: Executor) -> Lane: ...

    def close(self) -> None: ...


Before = Callable[[Stage, Callable[[], Iterator[Sequence[Unit]]]], None]
"""Sees the units that a stage is about to do, as often as it calls for them."""


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
    halted: HaltedError | None = None
    """A stage may not go on (budget, endpoint); likewise."""


@dataclass
class Build:
    """One run over the stages of a recipe."""

    planner: Planner
    stages: Sequence[Stage]
    lanes: Lanes
    runtime: EngineRuntime
    listen: Listener
    stop: Flag = field(default_factory=Flag)
    before: "Before | None" = None
    """Called before a stage's units are sent."""
    _ran: dict[str, int] = field(default_factory=dict)
    _halted: HaltedError | None = None

    @property
    def _ended(self) -> bool:
        return self.stop.is_set() or self._halted is not None

    def run(self, first: str | None = None, last: str | None = None) -> Report:
        """Build from stage `first` (planning nothing earlier) to stage `last`, both included.

        Raises:
            DemitasseError: the workspace or the cluster failed, or `first` has nothing to use.
        """
        use_system_pool()
        names = [stage.name for stage in self.stages]
        start = names.index(first) if first else 0
        end = names.index(last) + 1 if last else len(names)
        try:
            for stage in self.stages[:start]:
                self.planner.adopt(stage)
            for stage in self.stages[start:end]:
                self._stage(stage)
                if self._ended:
                    break
        finally:
            self.lanes.close()
        return Report(dict(self.planner.counts), self._ran, self.stop.is_set(), self._halted)

    def _stage(self, stage: Stage) -> None:
        workspace = self.planner.workspace
        work, ledger = self.planner.work(stage)
        started, sent, found = time.monotonic(), len(work.todo), work.found
        folder = workspace.stage_folder(stage.name, work.plan.identity)
        self.listen(StageStarted(stage.name, len(work.plan), sent))
        usage = Usage()
        if sent:
            workspace.describe(stage)
            self._prepare(stage, work)
        if sent and not self._ended:
            usage = self._run(stage, folder, work, ledger.seconds_a_unit())
        # Where the inputs lie is of no use any more, and is the largest thing in memory.
        plan = replace(work.plan, tables=())
        del work
        if sent:
            del ledger
            give_back()
            workspace.still_ours()
            if workspace.partition is None:
                compact(workspace.store, folder, self.runtime.compact_parts, workspace.tag)
            give_back()
            ledger = workspace.ledger(stage.name, plan.identity)
            give_back()
            found = ledger.find(plan.keys)
        counts = self.planner.settle(stage, ledger, found, complete=not self._ended)
        give_back()
        workspace.save_plan(plan)
        self._ran[stage.name] = sent
        seconds = time.monotonic() - started
        self.listen(StageEnded(stage.name, counts, sent, seconds, usage))

    def _prepare(self, stage: Stage, work: Work) -> None:
        if self.before is None:
            return
        reader = RowReader(self.planner.workspace.store)

        def packs() -> Iterator[Sequence[Unit]]:
            return (reader.units(stage, pack) for pack in cut(work, stage.pack_units))

        try:
            self.before(stage, packs)
        except HaltedError as halted:
            self._halted = halted

    def _run(self, stage: Stage, folder: str, work: Work, unit_seconds: float) -> Usage:
        workspace = self.planner.workspace
        executor = Executor(stage, folder, workspace.store, workspace.tag)
        if stage.resources.driver:
            lane: Lane = LocalLane(executor)
        else:
            lane = self.lanes.lane(work.plan.identity, executor)
        size, at_once, todo = stage.pack_units, stage.resources.packs, len(work.todo)
        if at_once > 1:
            size = min(size, max(1, -(-todo // (at_once * lane.workers))))
        sizes = PackSize(size, unit_seconds, self.runtime.pack_seconds, todo, lane.workers)
        merging = Merging(
            workspace.store, folder, AT_ONCE * self.runtime.compact_parts, workspace.tag
        )
        spent = Usage()

        def report(pack: Pack, summary: Summary) -> None:
            nonlocal spent
            workspace.still_ours()
            spent = Usage(
                spent.tokens_in + summary.usage.tokens_in,
                spent.tokens_out + summary.usage.tokens_out,
                spent.cost_usd + summary.usage.cost_usd,
            )
            sizes.landed(summary.units, summary.seconds)
            self.listen(PackDone(stage.name, summary, pack))
            # Another partition's workers may hold references into these parts.
            if workspace.partition is None:
                merging.one_more()

        packs = cut_by(work, sizes) if at_once == 1 else cut(work, size)
        runner = Runner(lane, executor, self.stop, report)
        try:
            runner.run(packs)
        finally:
            lane.close()
        self._halted = runner.halted
        return spent
