"""Which units of a workspace came of one video: by their names, their inputs and their rows.

A unit is the video's if its id, or a row that it read or wrote, is the video's or carries an id
that an earlier unit of the video wrote. The ids of frames and segments begin with the video's;
those of groups and questions are hashes, and are reached through the inputs of their units.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.compaction import remove_covered
from pipeline.engine.ledger import BATCH
from pipeline.engine.pruning import Units, open_part
from pipeline.engine.workspace import Workspace

_ROWS: Final = ("id", "video")
"""Columns by which a row says whose it is."""


@dataclass
class Trace:
    """What a video left behind."""

    video: str
    source: str
    """The stage that finds the video in a file: its units are named by paths, and several
    contents may have been found under one, so ids of its rows are not followed."""
    watched: frozenset[str] = frozenset()
    """Names of units of which to tell whether the workspace has any trace."""
    units: dict[str, Units] = field(default_factory=dict)
    """By file, of those that hold some, which are the video's."""
    unit_ids: dict[str, set[str]] = field(default_factory=dict)
    """By stage."""
    ids: set[str] = field(default_factory=set)
    """Of rows."""
    seen: set[str] = field(default_factory=set)
    """Of those watched, the names that a unit or a row carries, whoever's it is."""

    def mine(self, stage: str, units: pa.StringArray) -> Units:
        """Which of these units of a stage are the video's, as far as ids tell."""
        ids = self.ids | self.unit_ids.get(stage, set())
        return _mine(units, self.video, pa.array(sorted(ids), pa.string()))


def trace(
    workspace: Workspace, video: str, order: Sequence[str], watched: frozenset[str] = frozenset()
) -> Trace:
    """Follow a video through all stages and identities; only for the holder of the lock.

    Args:
        order: the stages as they run; the first one is the source. Others may be there.
        watched: see `Trace`.
    """
    found = Trace(video, order[0], watched)
    stages = ordered(workspace, order)
    while True:
        before = len(found.ids)
        for stage in stages:
            for name in _files(workspace, stage):
                _follow(workspace, found, stage, name)
        # A second look is for rows of a stage that the recipe does not run any more.
        if len(found.ids) == before or set(stages) <= set(order):
            return found


def ordered(workspace: Workspace, order: Sequence[str]) -> list[str]:
    """The stages that have results, as they run; those that the order does not name come last."""
    there = workspace.store.folder_names("stages")
    return [s for s in order if s in there] + [s for s in there if s not in order]


def _files(workspace: Workspace, stage: str) -> Iterator[str]:
    store = workspace.store
    for identity in workspace.identities(stage):
        folder = workspace.stage_folder(stage, identity)
        remove_covered(store, folder)
        yield from (f"{folder}/{n}" for n in store.names(folder) if n.endswith(".parquet"))


def _follow(workspace: Workspace, found: Trace, stage: str, name: str) -> None:
    known = pa.array(sorted(found.ids), pa.string())
    marks: list[Units] = []
    with open_part(workspace.store, name) as file:
        tables = _tables(file.schema_arrow)
        columns = ["unit_id", "inputs.list.element.row"]
        columns += [f"{table}.list.element.{c}" for table, cs in tables.items() for c in cs]
        for batch in file.iter_batches(BATCH, columns=columns, use_threads=False):
            marks.append(_mark(batch, found, stage, known, list(tables)))
    units = np.concatenate(marks) if marks else np.zeros(0, bool)
    if units.any():
        found.units[name] = units


def _tables(schema: pa.Schema) -> dict[str, list[str]]:
    """Lists of rows, and which of the columns that name a video their rows have."""
    found: dict[str, list[str]] = {}
    for column in schema:
        kind = column.type
        if column.name == "inputs" or not pa.types.is_list(kind):
            continue
        if pa.types.is_struct(kind.value_type):
            names = {f.name for f in kind.value_type if pa.types.is_string(f.type)}
            found[column.name] = [c for c in _ROWS if c in names]
    return {table: columns for table, columns in found.items() if columns}


def _mark(
    batch: pa.RecordBatch, found: Trace, stage: str, known: pa.Array, tables: Sequence[str]
) -> Units:
    names = batch["unit_id"]
    units = _mine(names, found.video, known)
    _watch(names, found)
    for column in ("inputs", *tables):
        for field_name in (f.name for f in batch[column].type.value_type):
            rows = pc.struct_field(batch[column].flatten(), field_name)
            parents = pc.list_parent_indices(batch[column]).to_numpy()
            units[parents[_mine(rows, found.video, known)]] = True
            if column != "inputs" and field_name == "id":
                _watch(rows, found)
    if units.any():
        mine = batch.filter(pa.array(units))
        found.unit_ids.setdefault(stage, set()).update(mine["unit_id"].to_pylist())
        if stage != found.source:
            for table in tables:
                ids = pc.struct_field(mine[table].flatten(), "id")
                found.ids.update(ids.to_pylist())
    return units


def _mine(values: pa.Array, video: str, known: pa.Array) -> Units:
    same = pc.or_(pc.equal(values, video), pc.starts_with(values, f"{video}/"))
    found = pc.or_(same, pc.is_in(values, known)).fill_null(False)
    return np.array(found.to_numpy(zero_copy_only=False), bool)


def _watch(values: pa.Array, found: Trace) -> None:
    if found.watched:
        there = pc.is_in(values, pa.array(sorted(found.watched), pa.string()))
        found.seen.update(values.filter(there).to_pylist())
