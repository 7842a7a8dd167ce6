"""`remove`: a video is taken down everywhere in its workspace, in an order that may be interrupted.

    tombstone (open) -> words and pictures -> rows, last stage first -> tombstone (done)

As long as the tombstone is open no run starts. The rows from which all others are found go last,
so the same command finds what an interrupted one left.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pyarrow as pa
from blake3 import blake3

from pipeline.calibration.report import PAGE, TABLE
from pipeline.engine.parts import InputRef, UnitResult, encode, part_schema, to_parquet
from pipeline.engine.pruning import Units, open_part, prune, texts
from pipeline.engine.run_log import FOLDER as RUNS
from pipeline.engine.saved_plans import SavedPlan, write_plan
from pipeline.engine.tracing import Trace, ordered, trace
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.graph import DATASET
from pipeline.llm import attempts, responses
from pipeline.llm.batch.files import COLLECTED, states
from pipeline.llm.journal import tidy
from pipeline.outcome import Rejected
from pipeline.publish.folder import check_ours
from pipeline.records import Source, Video
from pipeline.removals import MESSAGE, REASON, bury, close, exhume
from pipeline.storage.place import local
from pipeline.store import BlobStore, Store
from pipeline.upkeep.answers import Said, asking_units, find_said, forget

REPORT: Final = "report.html"
DERIVED: Final = (REPORT, PAGE, TABLE)
"""Files that `report` and `calibrate` write into a workspace, with captions and pictures."""

_WRITES: Final = (Source, Video)


@dataclass(frozen=True)
class Footprint:
    """What a workspace holds of a video."""

    trace: Trace
    blobs: tuple[str, ...]
    """Names of files with its frames, and of no other's."""
    blob_bytes: int
    said: Said
    others: tuple[str, ...]
    """Files and folders that are made of all videos, and can be made anew without it."""

    @property
    def units(self) -> dict[str, int]:
        """Units by stage, over all identities."""
        found: Counter[str] = Counter()
        for name, units in self.trace.units.items():
            found[PurePosixPath(name).parts[1]] += int(units.sum())
        return dict(found)


def survey(workspace: Workspace, order: Sequence[str], video: str) -> Footprint:
    """All that is there of a video; only for the holder of the workspace's lock.

    Args:
        order: the recipe's stages as they run.

    Raises:
        UsageError: batches are under way, or the published folder holds what is not ours.
    """
    store = workspace.store
    if any(state.state != COLLECTED for state in states(store)):
        raise UsageError(
            f"batches of {workspace.root} are under way at the endpoint and may ask about it: "
            "run with --batch to collect them, then remove"
        )
    check_ours(_root(workspace) / DATASET)
    tidy(store, [responses.FORM, attempts.FORM])
    found = trace(workspace, video, order, asking_units(store))
    blobs = _texts(workspace, found, "blob")
    keys = _texts(workspace, found, "requests")
    names = [name for name in map(BlobStore.name, sorted(blobs)) if store.exists(name)]
    size = sum(entry.size for entry in store.facts(names).values())
    said = find_said(store, found, frozenset(keys))
    return Footprint(found, tuple(names), size, said, tuple(_others(workspace)))


def take_down(workspace: Workspace, order: Sequence[str], footprint: Footprint, why: str) -> None:
    """Remove it and leave a tombstone; only for the holder of the workspace's lock."""
    store, found, root = workspace.store, footprint.trace, _root(workspace)
    bury(store, found.video, why)
    for name in footprint.others:
        if (root / name).is_dir():
            shutil.rmtree(root / name)
        else:
            store.remove(name)
            store.drop_folder(str(PurePosixPath(name).parent))
    forget(store, footprint.said)
    for name in footprint.blobs:
        store.remove(name)
        store.drop_folder(str(PurePosixPath(name).parent))
    for stage in reversed(ordered(workspace, order)):
        _take_rows(workspace, found, stage)
    close(store, found.video)


def undo(workspace: Workspace, source: str, video: str) -> None:
    """Let a video in again: the next run probes all files that were rejected for a tombstone."""
    store = workspace.store
    for identity in workspace.identities(source):
        folder = workspace.stage_folder(source, identity)
        keep: dict[str, Units] = {}
        for name in (f"{folder}/{n}" for n in store.names(folder) if n.endswith(".parquet")):
            with open_part(store, name) as file:
                codes = file.read(columns=["code"])["code"].to_pylist()
            units = np.array([code != REASON for code in codes], bool)
            if not units.all():
                keep[name] = units
        prune(store, folder, keep)
    exhume(store, video)


def _texts(workspace: Workspace, found: Trace, column: str) -> set[str]:
    """What the video's rows name in a column, and no other row does."""
    store = workspace.store
    mine: set[str] = set()
    for name, units in found.units.items():
        mine |= texts(store, name, column, units)
    for stage in store.folder_names("stages") if mine else ():
        for identity in workspace.identities(stage):
            folder = workspace.stage_folder(stage, identity)
            for name in (f"{folder}/{n}" for n in store.names(folder) if n.endswith(".parquet")):
                others = ~found.units[name] if name in found.units else None
                mine -= texts(store, name, column, others)
    return mine


def _others(workspace: Workspace) -> Iterator[str]:
    """Files and folders that are there."""
    store = workspace.store
    yield from (name for name in DERIVED if store.exists(name))
    runs = [f"{RUNS}/{run}" for run in store.folder_names(RUNS)]
    for folder in ("inputs", "logs", *runs):
        yield from (f"{folder}/{name}" for name in store.names(folder))
    for name in (DATASET, f".{DATASET}.building", f".{DATASET}.replaced"):
        if (_root(workspace) / name).exists():
            yield name


def _root(workspace: Workspace) -> Path:
    """The workspace's folder; on an object store old versions may stay, and a removal that does not
    remove is none."""
    return local(workspace.root, "demitasse remove")


def _take_rows(workspace: Workspace, found: Trace, stage: str) -> None:
    store = workspace.store
    for identity in workspace.identities(stage):
        folder = workspace.stage_folder(stage, identity)
        mine = {
            n: u for n, u in found.units.items() if PurePosixPath(n).parent.as_posix() == folder
        }
        if stage == found.source:
            for name, units in mine.items():
                _reject(store, folder, name, units)
        if mine:
            prune(store, folder, {name: ~units for name, units in mine.items()})
    # The newest last, so that it is the newest again.
    for name, saved in reversed(workspace.saved_plans(stage).items()):
        if stage != found.source:
            left = pa.array(~found.mine(stage, saved.unit_ids))
            ids, keys = saved.unit_ids.filter(left), saved.keys.filter(left)
            write_plan(store, name, SavedPlan(saved.identity, ids, keys))


def _reject(store: Store, folder: str, name: str, units: Units) -> None:
    """Put it into the ledger that these files were rejected, under the keys that they have."""
    columns = ["unit_id", "unit_key", "attempts", "inputs"]
    with open_part(store, name) as file:
        if not set(part_schema(_WRITES).names) <= set(file.schema_arrow.names):
            return  # of another version: no run looks for its keys any more
        rows = file.read(columns=columns).filter(units).to_pylist()
    data = to_parquet(encode(_WRITES, [_rejected(row) for row in rows]))
    label = blake3(b"".join(row["unit_key"] for row in rows)).hexdigest(8)
    store.write(f"{folder}/part-{label}-{REASON}.parquet", data)


def _rejected(row: Mapping[str, Any]) -> UnitResult:
    inputs = tuple(InputRef(**ref) for ref in row["inputs"] or ())
    attempts_so_far, outcome = row["attempts"], Rejected(REASON, MESSAGE)
    return UnitResult(row["unit_id"], row["unit_key"], outcome, attempts_so_far, 0.0, 0.0, inputs)
