"""The workspace: the folder that holds all state of one dataset.

workspace.json                format version
recipe.yaml, recipe.json      the resolved recipe of the last run, and its hash
lock, lock.*                  who is writing now; on an object store leases/
inputs/<table>-<hash>.parquet tables that come from outside
stages/<stage>/plan*.parquet  the units that count now, see `pipeline.engine.saved_plans`
stages/<stage>/<identity>/    parts and snapshots of one stage identity
blobs/<aa>/<sha256>           JPEGs
files/<hash>-<name>           prompts and lists of videos that came with a submitted job
logs/                         progress.json and the last runs, see `pipeline.engine.run_log`
removed.json                  tombstones, see `pipeline.removals`
overrides.csv                 the user's, never written; box_overrides.csv likewise
dataset/                      the published folder
"""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from pipeline.engine import fence, holding, lock
from pipeline.engine.keys import KEY_BYTES, stage_facts, stage_identity
from pipeline.engine.ledger import Found, Ledger, live_files
from pipeline.engine.parts import UnitResult, encode, part_schema
from pipeline.engine.plan import Plan
from pipeline.engine.saved_plans import (
    SavedPlan,
    plan_name,
    read_plan,
    read_plans,
    save_plan,
    united,
)
from pipeline.engine.stage import Stage
from pipeline.engine.view import Current
from pipeline.errors import WorkspaceFormatError
from pipeline.outcome import Kept
from pipeline.partition import Partition
from pipeline.records import Record
from pipeline.storage.place import Url
from pipeline.storage.remote import guards
from pipeline.store import Place, Store

FORMAT = 1
IMPORTED = 1000
"""Rows from outside that lie in one row group, and are read together."""


@dataclass(frozen=True)
class Workspace:
    """Names of things in the workspace, and the few files that are not parts."""

    store: Store
    partition: Partition | None = None
    """What of it this run builds; None: all."""

    @classmethod
    def at(cls, root: Place, partition: Partition | None = None) -> "Workspace":
        return cls(Store(root), partition)

    @property
    def root(self) -> Place:
        return self.store.root

    def writing(self) -> AbstractContextManager[object]:
        """Be the only writer; see `pipeline.engine.lock`, and `holding` on an object store."""
        root = self.root
        if isinstance(root, Url):
            return holding.hold(root, self.partition)
        return lock.hold(self.store.path(""), self.partition)

    @property
    def tag(self) -> str:
        """What the names of parts carry that are written under `writing()`; nothing on a disk."""
        found = fence.held.get(self.root) if isinstance(self.root, Url) else None
        return fence.tag(found.own.scope, found.own.token) if found else ""

    def still_ours(self) -> None:
        """Make sure that this process is still the one that writes.

        Raises:
            LeaseLostError: it is not.
        """
        if isinstance(self.root, Url) and self.root in guards:
            guards[self.root]()

    def prepare(self) -> None:
        """Create or check the format file and sweep up; only under `writing()`.

        What lies about while a partition runs may be another partition's, so it sweeps nothing.

        Raises:
            WorkspaceFormatError: another version of Demitasse wrote this workspace.
        """
        self.check()
        if self.partition is None:
            self.store.sweep()
        if not self.store.exists("workspace.json"):
            self.store.write("workspace.json", json.dumps({"format": FORMAT}).encode())

    def check(self) -> None:
        """Refuse a workspace of another format."""
        if not self.store.exists("workspace.json"):
            return
        found = json.loads(self.store.read("workspace.json")).get("format")
        if found != FORMAT:
            raise WorkspaceFormatError(
                f"workspace {self.root} has format {found}, this version reads format {FORMAT}: "
                "use the version of Demitasse that made it, or another --work folder"
            )

    def stage_folder(self, stage: str, identity: str) -> str:
        return f"stages/{stage}/{identity}"

    def identities(self, stage: str) -> list[str]:
        """Identities under which the stage has results, oldest first."""
        found = self.store.folders(f"stages/{stage}")
        return [f.name for f in sorted(found, key=lambda f: (f.modified_ns, f.name))]

    def ledger(self, stage: str, identity: str) -> Ledger:
        return Ledger.load(self.store, self.stage_folder(stage, identity))

    def size(self, stage: str, identity: str) -> int:
        """Bytes of the stage's parts and snapshots."""
        folder = self.stage_folder(stage, identity)
        live = set(live_files(self.store, folder))
        return sum(e.size for e in self.store.entries(folder) if f"{folder}/{e.name}" in live)

    def describe(self, stage: Stage) -> None:
        """Keep what the stage's identity is made of, for `why`."""
        name = f"{self.stage_folder(stage.name, stage_identity(stage))}/identity.json"
        if not self.store.exists(name):
            facts = json.dumps(stage_facts(stage), sort_keys=True, indent=1)
            self.store.write(name, facts.encode())

    def described(self, stage: str, identity: str) -> dict[str, Any]:
        name = f"{self.stage_folder(stage, identity)}/identity.json"
        return dict(json.loads(self.store.read(name))) if self.store.exists(name) else {}

    def save_plan(self, plan: Plan) -> None:
        """Remember which units count; `status`, `--from` and `gc` read it."""
        saved = SavedPlan(plan.identity, plan.unit_ids, plan.keys)
        save_plan(self.store, plan.stage.name, saved, self.partition)

    def saved_plan(self, stage: str) -> SavedPlan | None:
        """The units of a stage that count: those of the last run, and of partitions since."""
        return united(self.saved_plans(stage).values())

    def saved_plans(self, stage: str) -> dict[str, SavedPlan]:
        """The plans of the last run and of partitions since, the newest first, by their files."""
        return read_plans(self.store, stage)

    def own_plan(self, stage: str) -> SavedPlan | None:
        """What the last run of this partition planned; of the whole workspace, `saved_plan`."""
        if self.partition is None:
            return self.saved_plan(stage)
        name = f"stages/{stage}/{plan_name(self.partition)}"
        return read_plan(self.store, name) if self.store.exists(name) else None

    def import_table(self, record: type[Record], rows: Sequence[Record]) -> Current:
        """Put rows from outside into a part of their own, so that they are read like others.

        Some at a time: nested in one unit, they would be in memory several times over here, and a
        worker that needs one would read all.
        """
        sink = pa.BufferOutputStream()
        schema = part_schema([record])
        units = 0
        with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
            for start in range(0, max(1, len(rows)), IMPORTED):
                some = rows[start : start + IMPORTED]
                result = UnitResult("recipe", bytes(KEY_BYTES), Kept(some), 1, 0.0, 0.0, ())
                writer.write_table(encode([record], [result]))
                units += 1
        data = sink.getvalue()
        name = f"inputs/{record.__name__.lower()}-{blake3(data).hexdigest(KEY_BYTES)}.parquet"
        if not self.store.exists(name):
            self.store.write(name, bytes(data))
        zero = np.zeros(units, np.int32)
        row = np.arange(units, dtype=np.int32)
        return Current([name], Found(zero.astype(np.int8), zero, row, zero.astype(np.int16)))
