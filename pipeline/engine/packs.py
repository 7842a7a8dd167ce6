"""Packs: units that travel to a worker together, as references to their rows.

A pack holds ids, keys and places in Parquet files, never rows, so ten thousand units are a few
hundred kilobytes. Packs are cut from the sorted plan; how many units make one follows from how
long a unit took so far, and never changes a result.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.engine.plan import Plan, UnitRows, Work

MAX_UNITS = 2000
"""A pack beyond this gains nothing and loses more when its worker dies."""


@dataclass(frozen=True)
class Refs:
    """The rows of one table for all units of a pack, in unit order."""

    files: tuple[str, ...]
    offsets: npt.NDArray[np.int64]
    file: npt.NDArray[np.int32]
    row: npt.NDArray[np.int32]
    element: npt.NDArray[np.int32]
    digests: npt.NDArray[np.uint64]

    def slice(self, start: int, stop: int) -> "Refs":
        first, last = self.offsets[start], self.offsets[stop]
        return Refs(
            self.files,
            self.offsets[start : stop + 1] - first,
            self.file[first:last],
            self.row[first:last],
            self.element[first:last],
            self.digests[first:last],
        )


@dataclass(frozen=True)
class Pack:
    """Some units of one stage."""

    ids: tuple[str, ...]
    keys: tuple[bytes, ...]
    attempts: tuple[int, ...]
    """How often each was tried before."""
    tables: tuple[Refs, ...]
    """In the order of `Stage.tables`."""

    def __len__(self) -> int:
        return len(self.ids)

    def singles(self) -> Iterator["Pack"]:
        """The same units, each in a pack of its own."""
        for i in range(len(self)):
            tables = tuple(t.slice(i, i + 1) for t in self.tables)
            yield Pack(self.ids[i : i + 1], self.keys[i : i + 1], self.attempts[i : i + 1], tables)


def pack_units(
    default: int, seconds_a_unit: float, pack_seconds: float, units: int, lanes: int
) -> int:
    """How many units to put in a pack.

    Enough to fill `pack_seconds` by the ledger's history (`default` where there is none), yet
    few enough that every lane gets several packs and the last ones end together.
    """
    wanted = default if seconds_a_unit <= 0 else int(pack_seconds / seconds_a_unit)
    share = -(-units // (4 * lanes))
    return max(1, min(wanted, share, MAX_UNITS))


@dataclass
class PackSize:
    """How many units the next pack of a stage gets.

    By the ledger's history; a stage that has none begins with its default and learns from the packs
    that came back, or a first run over a million quick units would write as many files.
    """

    default: int
    history: float
    """Seconds a unit took in earlier runs, 0 before the first."""
    pack_seconds: float
    units: int
    lanes: int
    _done: int = 0
    _seconds: float = 0.0
    _largest: int = 0

    def landed(self, units: int, seconds: float) -> None:
        """Learn from a pack that came back."""
        self._done += units
        self._seconds += seconds
        self._largest = max(self._largest, units)

    def __call__(self) -> int:
        so_far = self._seconds / self._done if self._done else 0.0
        size = pack_units(
            self.default, self.history or so_far, self.pack_seconds, self.units, self.lanes
        )
        if self.history:
            return size
        # The first units may be quick by chance: no pack is more than twice one that went well.
        return min(size, max(self.default, 2 * self._largest))


def cut(work: Work, size: int) -> Iterator[Pack]:
    """The units to do, in order, `size` at a time."""
    return cut_by(work, lambda: size)


def cut_by(work: Work, size: Callable[[], int]) -> Iterator[Pack]:
    """The units to do, in order, as many at a time as `size` says just then."""
    start = 0
    while start < len(work.todo):
        stop = start + size()
        yield _pack(work, work.todo[start:stop])
        start = stop


def _pack(work: Work, units: npt.NDArray[np.int64]) -> Pack:
    plan: Plan = work.plan
    chosen = pa.array(units)
    return Pack(
        ids=tuple(plan.unit_ids.take(chosen).to_pylist()),
        keys=tuple(plan.keys.take(chosen).to_pylist()),
        attempts=tuple(work.found.attempts[units].tolist()),
        tables=tuple(_refs(table, units) for table in plan.tables),
    )


def _refs(table: UnitRows, units: npt.NDArray[np.int64]) -> Refs:
    starts, stops = table.offsets[units], table.offsets[units + 1]
    lengths = stops - starts
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
    rows = table.rows[np.repeat(starts, lengths) + within]
    view = table.view
    used, file = np.unique(view.file[rows], return_inverse=True)
    return Refs(
        files=tuple(view.files[i] for i in used),
        offsets=offsets,
        file=file.astype(np.int32),
        row=view.row[rows],
        element=view.element[rows],
        digests=view.digests[rows],
    )
