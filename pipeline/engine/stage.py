"""The contract of a stage: what it reads, what one unit is, what it writes, what it needs.

    primary rows --split--> units --worker--> outcomes
                    ^
    lookups --------+   rows of other tables that join a unit through a column

A stage reads an upstream table through a *view*: a frozen dataclass with a subset of the
table's columns, a class of its own for each table. The view is the declaration: the unit key
covers exactly its columns, and the worker cannot see any other, so nothing undeclared can leak
into a result.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.columns import one_chunk
from pipeline.outcome import Outcome
from pipeline.records import Record

V = TypeVar("V")

RECIPE = "recipe"
"""The name under which tables that come from outside (inputs, overrides) are read."""


@dataclass(frozen=True)
class Table(Generic[V]):
    """A table that an upstream stage writes, seen through a view of its columns."""

    stage: str
    record: type[Record]
    view: type[V]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cast(Any, self.view)))

    @property
    def keyed_columns(self) -> tuple[str, ...]:
        """The columns that enter the unit key."""
        return tuple(c for c in self.columns if c not in self.record.UNHASHED)


@dataclass(frozen=True)
class Lookup:
    """Rows that join a unit: those whose `key` column matches the parent row's `column`.

    `parent` is the view of the primary table or of an earlier lookup; its column holds one
    value or a list of values.
    """

    table: Table[Any]
    key: str
    parent: type
    column: str


class Membership(NamedTuple):
    """Row `rows[i]` of the primary table belongs to unit `unit_ids[i]`."""

    unit_ids: pa.StringArray
    rows: npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Split:
    """How primary rows become units: `assign` sees the named columns of all of them.

    Planning reads these columns and no others, so they should be small.
    """

    columns: tuple[str, ...]
    assign: Callable[[pa.Table], Membership]


def by_column(name: str) -> Split:
    """One unit for every value of a column."""

    def assign(table: pa.Table) -> Membership:
        ids = one_chunk(table.column(name))
        if not pa.types.is_string(ids.type):
            ids = pc.cast(ids, pa.string())
        return Membership(ids, np.arange(len(ids), dtype=np.int32))

    return Split((name,), assign)


def whole(unit_id: str) -> Split:
    """One unit for everything."""

    def assign(table: pa.Table) -> Membership:
        return Membership(
            pa.array([unit_id] * table.num_rows, pa.string()), np.arange(table.num_rows)
        )

    return Split((), assign)


@dataclass(frozen=True)
class Unit:
    """The smallest piece of work that is committed or retried, with the rows it reads."""

    id: str
    key: str
    rows: Mapping[type, Sequence[Any]] = field(repr=False)
    tried: int = 0
    """Attempts before this one: a model that is asked again should not repeat itself."""

    def all(self, view: type[V]) -> Sequence[V]:
        """The unit's rows of a view, sorted by their ids."""
        return self.rows[view]

    def maybe(self, view: type[V]) -> V | None:
        """The only row of a view, or None where there is none."""
        rows = self.rows[view]
        assert len(rows) <= 1, f"unit {self.id} has {len(rows)} rows of {view.__name__}"
        return rows[0] if rows else None

    def one(self, view: type[V]) -> V:
        """The only row of a view."""
        row = self.maybe(view)
        assert row is not None, f"unit {self.id} has no row of {view.__name__}"
        return row


class Blobs(Protocol):
    """Reads bytes that an earlier stage wrote."""

    def read(self, blob: str, offset: int, length: int) -> bytes: ...


class Worker(Protocol):
    """Turns a pack of units into their outcomes, in order; one that loads a model is a class.

    Yielding outcome by outcome lets the engine time each unit; a worker whose unit's bits
    depend on its batch must make the unit, not the pack, its batch.
    """

    def __call__(self, units: Sequence[Unit], /) -> Iterable[Outcome]: ...


@runtime_checkable
class Closing(Protocol):
    """A worker that has something to end before its process does."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Resources:
    """What one worker needs. `model`: it holds one, so it lives in an actor and is kept."""

    cpus: float = 1
    gpus: float | None = 0
    """Of one worker; None: one where the cluster has any, else none."""
    memory_bytes: int = 0
    model: bool = False
    workers: int | tuple[int, int] | None = None
    """Most workers of the stage, or least and most; None: as many as fit."""
    packs: int = 1
    """Packs a worker has at work at the same time. More than one is for a worker that waits
    for others (endpoints) and may be called by several threads at once; its packs keep the
    stage's `pack_units`, so that no pack waits for more than a few slow answers."""
    session: bool = False
    """Its worker uses what its process keeps of the run's session (connections, a model server):
    not closed when the next such stage takes the process over."""
    driver: bool = False
    """Runs in the driver's own process (publish): it takes the whole workspace anyway."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage as the engine sees it."""

    name: str
    version: int
    """Raised by hand whenever the code's results change; a test pins the code to it."""
    primary: Table[Any]
    split: Split
    lookups: tuple[Lookup, ...] = ()
    also: tuple[Table[Any], ...] = ()
    """Further tables of which every row belongs to the only unit (see `whole`)."""
    writes: tuple[type[Record], ...]
    identity: Mapping[str, Any]
    """Settings, prompt hashes, model names and revisions: all that changes the result."""
    worker: Callable[[Blobs], Worker]
    """Called once in each worker process; must be picklable."""
    resources: Resources = Resources()
    pack_units: int = 32
    """Units a pack before the ledger knows how long a unit takes."""
    present: Callable[[], str | None] | None = None
    """For a stage that writes outside the workspace's parts: the unit key whose result lies
    there now; a missing or different one is done again."""

    def __post_init__(self) -> None:
        views = [table.view for table in self.tables]
        assert len(set(views)) == len(views), f"{self.name} reads two tables through one view"
        assert all("id" in table.columns for table in self.tables), f"{self.name}: view without id"

    @property
    def tables(self) -> tuple[Table[Any], ...]:
        """All tables the stage reads, the primary one first."""
        return (self.primary, *(lookup.table for lookup in self.lookups), *self.also)
