"""What a run would do, and about how long it would take, without doing any of it.

A stage whose inputs do not exist yet cannot be planned exactly; its units are projected from
how many it had for every finished unit of the stage before it, in this workspace.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.engine.ledger import STATUSES, Ledger
from pipeline.engine.parts import FAILED
from pipeline.engine.plan import Work
from pipeline.engine.planner import Planner
from pipeline.engine.stage import Stage


@dataclass(frozen=True)
class StageForecast:
    """What one stage would do."""

    name: str
    units: int
    reused: int
    new: int
    changed: int
    """Units that were there before under another key: `why` says what changed."""
    failed: int
    """Failed before; only `retry` sends them again."""
    projected: int
    """Units more to be expected from what earlier stages have yet to do."""
    seconds: float | None
    """Worker seconds for all units to come; null where the workspace has no history."""
    disk_bytes: int | None


Look = Callable[[Stage, Work, int], None]
"""Sees a stage's work and how many units more are to be expected."""


def forecast(
    planner: Planner, stages: Sequence[Stage], cpus: int, look: Look | None = None
) -> list[StageForecast]:
    """Plan the stages in order over what is there now; nothing is run or written but plans."""
    out: list[StageForecast] = []
    growth = 1.0
    for stage in stages:
        work, ledger = planner.work(stage)
        units = len(work.plan)
        done = units - len(work.todo)
        projected = round(units * growth) - units if units else 0
        out.append(_stage(planner, stage, work, ledger, projected, cpus))
        if look is not None:
            look(stage, work, projected)
        planner.settle(stage, ledger, work.found, complete=False)
        growth = (units + projected) / done if done else growth
    return out


def _stage(
    planner: Planner, stage: Stage, work: Work, ledger: Ledger, projected: int, cpus: int
) -> StageForecast:
    changed = planner.changed(work.plan, work)
    todo = len(work.todo)
    seconds = ledger.seconds_a_unit()
    known = len(work.plan) - int((work.found.status < 0).sum())
    size = planner.workspace.size(stage.name, work.plan.identity)
    to_come = todo + projected
    return StageForecast(
        name=stage.name,
        units=len(work.plan),
        reused=len(work.plan) - todo,
        new=todo - changed,
        changed=changed,
        failed=int((work.found.status == STATUSES.index(FAILED)).sum()),
        projected=projected,
        seconds=seconds * to_come / cpus if known else (0.0 if not to_come else None),
        disk_bytes=size * to_come // known if known else (0 if not to_come else None),
    )
