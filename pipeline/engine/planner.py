"""Planning stage after stage over a workspace: what is there, what is to be done, and why.

A stage is planned over the *current* outcomes of the stages it reads: those of their planned
units. What earlier recipes left in the ledger under other keys is simply not looked at, and is
found again when a recipe calls for it again.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from pipeline.engine.events import Counts
from pipeline.engine.keys import stage_identity
from pipeline.engine.ledger import STATUSES, Found, Ledger
from pipeline.engine.memory import give_back
from pipeline.engine.parts import FAILED, KEPT, REJECTED
from pipeline.engine.plan import Plan, Work, make_plan, planning_columns
from pipeline.engine.stage import RECIPE, Stage, Table
from pipeline.engine.view import Current, load_view
from pipeline.engine.workspace import Workspace
from pipeline.errors import ConservationError, UsageError
from pipeline.records import Record, StageCount, Status

Externals = Callable[[type[Record]], Sequence[Record]]
"""The rows of a table that comes from outside the workspace; asked for once by each planner."""


@dataclass(frozen=True)
class Retry:
    """Which failed units to send again: of a stage, of an error class, or all."""

    stage: str | None = None
    error_class: str | None = None


@dataclass
class Planner:
    """Plans the stages of one build in their order."""

    workspace: Workspace
    externals: Externals
    retry: Retry | None = None
    currents: dict[str, Current] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    """Files of the tables from outside that were read."""
    _outside: dict[type[Record], Current] = field(default_factory=dict)
    """Those tables, each written once."""

    def work(self, stage: Stage) -> tuple[Work, Ledger]:
        """The stage's plan against its ledger."""
        store = self.workspace.store
        ledger = self.workspace.ledger(stage.name, stage_identity(stage))
        give_back()
        views = [
            load_view(store, table, self._current(table), sorted(planning_columns(stage, table)))
            for table in stage.tables
        ]
        give_back()
        plan = make_plan(stage, views)
        del views
        give_back()
        found = ledger.find(plan.keys)
        todo = found.status < 0
        if self.retry and self.retry.stage in (None, stage.name):
            todo |= self._failed(ledger, found, self.retry.error_class)
        if stage.present is not None and len(plan):
            todo |= np.array([key.hex() != stage.present() for key in plan.keys.to_pylist()])
        if not todo.any():
            # Nothing will be sent, so nobody needs to know where the inputs lie.
            plan = replace(plan, tables=())
        give_back()
        return Work(plan, found, np.flatnonzero(todo)), ledger

    def settle(
        self, stage: Stage, ledger: Ledger, found: Found, *, complete: bool = True
    ) -> Counts:
        """Make these outcomes the current ones of the stage.

        Raises:
            ConservationError: `complete` is claimed, but a unit has no outcome.
        """
        counts = count(ledger, found)
        if complete and counts.settled != counts.units:
            raise ConservationError(
                f"stage {stage.name}: {counts.units} units were sent but only {counts.settled} "
                "outcomes came back; nothing is lost, please report this"
            )
        self.currents[stage.name] = Current(ledger.files, found)
        self.counts[stage.name] = counts
        return counts

    def adopt(self, stage: Stage) -> Counts:
        """Use what the last run committed for a stage that this one does not plan.

        Raises:
            UsageError: the stage was never planned in this workspace.
        """
        saved = self.workspace.own_plan(stage.name)
        if saved is None:
            partition = self.workspace.partition
            of = f"of partition {partition} " if partition else ""
            raise UsageError(
                f"stage {stage.name} has no results {of}in {self.workspace.root} yet: "
                "run without --from first"
            )
        ledger = self.workspace.ledger(stage.name, saved.identity)
        return self.settle(stage, ledger, ledger.find(saved.keys), complete=False)

    def changed(self, plan: Plan, work: Work) -> int:
        """How many of the units to do were there before, under another key."""
        saved = self.workspace.saved_plan(plan.stage.name)
        if saved is None or not len(work.todo):
            return 0
        todo = plan.unit_ids.take(work.todo)
        return int(pc.sum(pc.is_in(todo, saved.unit_ids)).as_py() or 0)

    def _current(self, table: Table[Record]) -> Current:
        if table.stage != RECIPE:
            return self.currents[table.stage]
        if table.record is StageCount:
            return self._imported(StageCount, self._funnel())
        if table.record not in self._outside:
            rows = self.externals(table.record)
            self._outside[table.record] = self._imported(table.record, rows)
        return self._outside[table.record]

    def _imported(self, record: type[Record], rows: Sequence[Record]) -> Current:
        current = self.workspace.import_table(record, rows)
        self.imported.update(current.files)
        return current

    def _funnel(self) -> list[StageCount]:
        rows: list[StageCount] = []
        for place, (stage, counts) in enumerate(self.counts.items()):
            lines: list[tuple[Status, str, int]] = [(KEPT, "", counts.kept)]
            lines += [(REJECTED, code, n) for code, n in sorted(counts.rejected.items())]
            lines += [(FAILED, code, n) for code, n in sorted(counts.failed.items())]
            for status, code, units in lines:
                name = f"{place:02d} {stage} {STATUSES.index(status)} {code}".strip()
                rows.append(StageCount(id=name, stage=stage, status=status, code=code, units=units))
        return rows

    @staticmethod
    def _failed(ledger: Ledger, found: Found, error_class: str | None) -> npt.NDArray[np.bool_]:
        failed = np.asarray(found.status == STATUSES.index(FAILED))
        if error_class is None or not failed.any():
            return failed
        places = ledger.outcomes(found.only(failed), ["code"])
        wanted = places.filter(pc.equal(places["code"], error_class))
        pairs = set(zip(wanted["file"].to_pylist(), wanted["row"].to_pylist(), strict=True))
        here = list(zip(found.file.tolist(), found.row.tolist(), strict=True))
        return np.asarray(failed & np.array([pair in pairs for pair in here]))


def count(ledger: Ledger, found: Found) -> Counts:
    """The outcomes of these units by status and code."""
    codes: dict[str, Counter[str]] = {REJECTED: Counter(), FAILED: Counter()}
    for status, counter in codes.items():
        some = found.status == STATUSES.index(status)
        if some.any():
            counter.update(ledger.outcomes(found.only(some), ["code"])["code"].to_pylist())
    return Counts(
        units=len(found.status),
        kept=found.count(KEPT),
        rejected=dict(sorted(codes[REJECTED].items())),
        failed=dict(sorted(codes[FAILED].items())),
    )
