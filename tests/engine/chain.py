"""A small chain of real stages over records of its own: what the engine's tests build.

numbers (from outside) --squares--> Square --sums--> Sum (one a group)
"""

import os
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import Any

from pipeline.engine.build import Build, Lanes, LocalLanes, Report
from pipeline.engine.events import Event
from pipeline.engine.planner import Planner, Retry
from pipeline.engine.stage import RECIPE, Blobs, Lookup, Resources, Stage, Table, Unit, by_column
from pipeline.engine.workspace import Workspace
from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.recipe import EngineRuntime
from pipeline.records import Record, record
from pipeline.storage.place import Place


@record
class Number(Record):
    UNHASHED = frozenset({"where"})

    id: str
    group: str
    value: float
    where: str
    note: str


@record
class Square(Record):
    id: str
    group: str
    value: float
    comment: str


@record
class Sum(Record):
    id: str
    value: float
    names: tuple[str, ...]


@record
class NumberValue(Record):
    """Neither `note` is seen nor `where` keyed."""

    id: str
    group: str
    value: float
    where: str


@record
class SquareValue(Record):
    id: str
    group: str
    value: float


@record
class NumberNote(Record):
    id: str
    note: str


@dataclass(frozen=True)
class Squares:
    """Squares a number; some values misbehave as real data does."""

    factor: float
    calls: Path | None = None

    def __call__(self, units: Sequence[Unit]) -> Iterable[Outcome]:
        for unit in units:
            if self.calls:
                with self.calls.open("a") as file:
                    file.write(f"squares {unit.id}\n")
            yield self.one(unit.one(NumberValue))

    def one(self, row: NumberValue) -> Outcome:
        if row.value == 13:
            return Rejected("unlucky", "thirteen brings bad luck")
        if row.value == 404:
            return Failed("NotFound", "no such number")
        if row.value == 500:
            raise RuntimeError("a bug in the stage")
        if row.value == 666 or (row.value == 667 and self._first_time(row)):
            os.kill(os.getpid(), signal.SIGKILL)
        squared = Square(
            id=row.id, group=row.group, value=self.factor * row.value**2, comment=row.where
        )
        return Kept([squared])

    def _first_time(self, row: NumberValue) -> bool:
        """Whether the number, whose `where` is a path, is met for the first time."""
        marker = Path(row.where)
        first = not marker.exists()
        marker.touch()
        return first


@dataclass(frozen=True)
class Sums:
    calls: Path | None = None

    def __call__(self, units: Sequence[Unit]) -> Iterable[Outcome]:
        for unit in units:
            if self.calls:
                with self.calls.open("a") as file:
                    file.write(f"sums {unit.id}\n")
            squares = unit.all(SquareValue)
            names = tuple(note.note for note in unit.all(NumberNote))
            yield Kept([Sum(id=unit.id, value=sum(s.value for s in squares), names=names)])


def _worker(make: Callable[[], Any]) -> Callable[[Blobs], Any]:
    def load(blobs: Blobs) -> Any:
        return make()

    return load


def stages(
    factor: float = 1.0, calls: Path | None = None, *, model: bool = False, version: int = 1
) -> list[Stage]:
    """The chain with a setting to turn; `calls` records which units really ran."""
    squares = Stage(
        name="squares",
        version=version,
        primary=Table(RECIPE, Number, NumberValue),
        split=by_column("id"),
        writes=(Square,),
        identity={"factor": factor},
        worker=_worker(lambda: Squares(factor, calls)),
        resources=Resources(model=model),
        pack_units=3,
    )
    sums = Stage(
        name="sums",
        version=1,
        primary=Table("squares", Square, SquareValue),
        split=by_column("group"),
        lookups=(Lookup(Table(RECIPE, Number, NumberNote), "id", SquareValue, "id"),),
        writes=(Sum,),
        identity={},
        worker=_worker(lambda: Sums(calls)),
    )
    return [squares, sums]


def numbers(values: Sequence[float], note: str = "n", where: str = "here") -> list[Number]:
    return [
        Number(id=f"n{i:04d}", group=f"g{i % 3}", value=v, where=where, note=note)
        for i, v in enumerate(values)
    ]


@dataclass
class Run:
    """One build of the chain, and what came of it."""

    root: Place
    rows: list[Number]
    chain: list[Stage] = field(default_factory=stages)
    lanes: Lanes = field(default_factory=LocalLanes)
    retry: Retry | None = None
    stop: Flag = field(default_factory=Flag)
    events: list[Event] = field(default_factory=list)
    compact_parts: int = 64

    def go(self, first: str | None = None, last: str | None = None) -> Report:
        workspace = Workspace.at(self.root)
        with workspace.writing():
            workspace.prepare()
            self.planner = Planner(workspace, lambda record: self.rows, self.retry)
            runtime = EngineRuntime(compact_parts=self.compact_parts)
            build = Build(
                self.planner, self.chain, self.lanes, runtime, self.events.append, self.stop
            )
            return build.run(first, last)

    def result(self) -> list[dict[str, Any]]:
        """The rows of the last stage, as they would be published: sorted by id."""
        import numpy as np

        from pipeline.engine.columns import table_name
        from pipeline.engine.packs import Refs
        from pipeline.engine.rows import RowReader
        from pipeline.engine.view import load_view

        store = self.planner.workspace.store
        table = Table("sums", Sum, Sum)
        view = load_view(store, table, self.planner.currents["sums"], [])
        offsets = np.array([0, len(view)])
        refs = Refs(tuple(view.files), offsets, view.file, view.row, view.element, view.digests)
        rows = RowReader(store).rows(table, refs)
        assert table_name(Sum) == "sum"
        return [{"id": r.id, "value": r.value, "names": r.names} for r in rows]
