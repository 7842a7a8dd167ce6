"""What no current key calls for: found first, told, and then removed in an order that is safe.

Results go before the blobs that they refer to, and a new snapshot is there before the file that it
replaces goes, so a process may die anywhere: what counts is whole, and what is left over is found
by the next `gc`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline.engine.ledger import Ledger
from pipeline.engine.pruning import Units, open_part, prune, texts
from pipeline.engine.saved_plans import plan_files
from pipeline.engine.workspace import Workspace
from pipeline.store import BlobStore, Entry, Store

RESULTS: Final = "results"
FRAMES: Final = "frames"
INPUTS: Final = "inputs"

WORTH_IT: Final = 0.5
"""The share of units that nothing calls for from which on a file is written anew without them."""

ORPHAN_SECONDS: Final = 600.0
"""A blob is written before the part that refers to it, and a worker may outlive a killed run for a
moment: one that nothing refers to and that is younger is left to the next time."""


@dataclass(frozen=True)
class Called:
    """What a run would look for."""

    stages: frozenset[str]
    """Names of the recipe's."""
    keys: Mapping[tuple[str, str], Sequence[pa.FixedSizeBinaryArray]]
    """Unit keys by stage and identity."""
    inputs: frozenset[str]
    """Files of the tables from outside."""


@dataclass(frozen=True)
class Dead:
    """A file that goes."""

    kind: str
    name: str
    size: int
    """Bytes."""


@dataclass(frozen=True)
class Thinned:
    """A file of which only some units are called for."""

    folder: str
    name: str
    keep: Units
    size: int
    """Bytes that this saves, from the share of its units."""


@dataclass(frozen=True)
class Garbage:
    """What `collect` removes."""

    files: tuple[Dead, ...] = ()
    thinned: tuple[Thinned, ...] = ()


def find_garbage(workspace: Workspace, called: Called, keep_seconds: float = 0.0) -> Garbage:
    """What no key calls for; only for the holder of the workspace's lock.

    Args:
        keep_seconds: what is younger is kept.
    """
    store, now = workspace.store, time.time()
    before = now - keep_seconds
    files: list[Dead] = []
    thinned: list[Thinned] = []
    for stage in store.folder_names("stages"):
        for identity in workspace.identities(stage):
            found = _of_identity(workspace, stage, identity, called, before)
            files += found.files
            thinned += found.thinned
        if stage not in called.stages:
            files += _old(store, RESULTS, plan_files(store, stage), before)
    tables = [f"inputs/{name}" for name in store.names("inputs")]
    files += _old(store, INPUTS, [t for t in tables if t not in called.inputs], before)
    released, referred = _blobs(workspace, files, thinned)
    for place in store.folder_names("blobs"):
        there = {BlobStore.name(b): b for b in store.names(f"blobs/{place}") if b not in referred}
        freed = [name for name, blob in there.items() if blob in released]
        files += _old(store, FRAMES, freed, before)
        orphans = [name for name, blob in there.items() if blob not in released]
        files += _old(store, FRAMES, orphans, min(before, now - ORPHAN_SECONDS))
    return Garbage(tuple(files), tuple(thinned))


def collect(store: Store, garbage: Garbage) -> None:
    """Remove it; only for the holder of the workspace's lock."""
    gone = [dead for dead in garbage.files if dead.kind == RESULTS]
    for folder in {t.folder for t in garbage.thinned} | {_folder(dead) for dead in gone}:
        keep = {t.name: t.keep for t in garbage.thinned if t.folder == folder}
        prune(store, folder, keep)
    rest = [dead for dead in garbage.files if dead.kind != RESULTS]
    for dead in (*gone, *rest):
        store.remove(dead.name)
    for folder in sorted({_folder(dead) for dead in garbage.files}, reverse=True):
        store.drop_folder(folder)
    for stage in store.folder_names("stages"):
        store.drop_folder(f"stages/{stage}")


def _folder(dead: Dead) -> str:
    return str(PurePosixPath(dead.name).parent)


def _of_identity(
    workspace: Workspace, stage: str, identity: str, called: Called, before: float
) -> Garbage:
    store, folder = workspace.store, workspace.stage_folder(stage, identity)
    names = [f"{folder}/{name}" for name in store.names(folder)]
    parts = [name for name in names if name.endswith(".parquet")]
    keys = called.keys.get((stage, identity), ())
    ledger = Ledger.load(store, folder)
    keep = _counting(store, ledger, keys)
    dead = [n for n in parts if n not in keep or not keep[n].any()]
    files = _old(store, RESULTS, dead, before)
    if len(files) == len(parts) and not keys:
        files += _old(store, RESULTS, [n for n in names if n not in parts], float("inf"))
    facts = store.facts(keep)
    thinned = [
        Thinned(folder, name, units, int(facts[name].size * (1 - units.mean())))
        for name, units in keep.items()
        if units.any() and units.mean() <= 1 - WORTH_IT and _before(facts[name], before)
    ]
    return Garbage(tuple(files), tuple(thinned))


def _counting(
    store: Store, ledger: Ledger, keys: Sequence[pa.FixedSizeBinaryArray]
) -> dict[str, Units]:
    """For every live file, which of its units these keys find."""
    keep: dict[str, Units] = {}
    for name in ledger.files:
        with open_part(store, name) as file:
            keep[name] = np.zeros(file.metadata.num_rows, bool)
    for some in keys:
        found = ledger.find(some)
        for index, name in enumerate(ledger.files):
            keep[name][found.row[found.file == index]] = True
    return keep


def _old(store: Store, kind: str, names: Sequence[str], before: float) -> list[Dead]:
    facts = store.facts(names)
    return [Dead(kind, n, e.size) for n, e in facts.items() if _before(e, before)]


def _before(entry: Entry, seconds: float) -> bool:
    return entry.modified_ns < seconds * 1e9


def _blobs(
    workspace: Workspace, files: Sequence[Dead], thinned: Sequence[Thinned]
) -> tuple[set[str], set[str]]:
    """Blobs to which something refers that goes, and those to which something refers that stays."""
    store = workspace.store
    gone, keep = {dead.name for dead in files}, {t.name: t.keep for t in thinned}
    released: set[str] = set()
    referred: set[str] = set()
    for stage in store.folder_names("stages"):
        for identity in workspace.identities(stage):
            folder = workspace.stage_folder(stage, identity)
            for name in (f"{folder}/{n}" for n in store.names(folder) if n.endswith(".parquet")):
                if name in gone:
                    released |= texts(store, name, "blob")
                else:
                    referred |= texts(store, name, "blob", keep.get(name))
                    released |= texts(store, name, "blob") if name in keep else set()
    return released, referred
