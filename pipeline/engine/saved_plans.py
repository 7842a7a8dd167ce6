"""The units that count: what the last run over the workspace planned, and partitions since.

    stages/<stage>/plan.parquet          of a run over the whole workspace
    stages/<stage>/plan-<scope>.parquet  of a partition: the units of its own inputs

A partition cannot write a plan that others write too, so each has its own, and readers unite them:
the newest file says which stage identity counts, and of two plans of one unit the newer is right. A
run over the whole workspace plans every unit, so when it has saved its plan those of partitions go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from blake3 import blake3

from pipeline.engine.columns import one_chunk
from pipeline.engine.keys import KEY_BYTES
from pipeline.engine.ledger import BATCH
from pipeline.engine.parts import PAGE_BYTES
from pipeline.errors import StorageError
from pipeline.partition import Partition
from pipeline.store import Store, storage_errors

_SCHEMA: Final = pa.schema([("unit_id", pa.string()), ("unit_key", pa.binary(KEY_BYTES))])


@dataclass(frozen=True)
class SavedPlan:
    """The units of a stage that counted at the end of the last run that planned it."""

    identity: str
    unit_ids: pa.StringArray
    keys: pa.FixedSizeBinaryArray


def plan_name(partition: Partition | None) -> str:
    """What a run calls its plan, in the folder of the stage."""
    return f"plan-{partition.scope}.parquet" if partition else "plan.parquet"


def plan_files(store: Store, stage: str) -> list[str]:
    """The plans of a stage, the newest first."""
    found = [e for e in store.entries(f"stages/{stage}") if _is_plan(e.name)]
    found.sort(key=lambda entry: (entry.modified_ns, entry.name), reverse=True)
    return [f"stages/{stage}/{entry.name}" for entry in found]


def save_plan(store: Store, stage: str, plan: SavedPlan, partition: Partition | None) -> None:
    """Make this the plan of a partition, or of the whole workspace in the place of all others."""
    name, there = f"stages/{stage}/{plan_name(partition)}", plan_files(store, stage)
    if there[:1] != [name] or not _says(store, name, plan):
        write_plan(store, name, plan)
    for other in there:
        if partition is None and other != name:
            store.remove(other)


def _says(store: Store, name: str, plan: SavedPlan) -> bool:
    said = pq.read_schema(store.source(name)).metadata or {}
    return _label(plan).items() <= said.items()


def _label(plan: SavedPlan) -> dict[bytes, bytes]:
    digest = blake3(plan.keys.buffers()[1]).hexdigest(KEY_BYTES)
    return {b"identity": plan.identity.encode(), b"keys": digest.encode()}


def write_plan(store: Store, name: str, plan: SavedPlan) -> None:
    """Put a plan into this file, which is the newest from then on."""
    table = pa.table([plan.unit_ids, plan.keys], schema=_SCHEMA)
    table = table.replace_schema_metadata(_label(plan))
    with store.create(name) as file:
        # All values differ: dictionaries would only hold them twice.
        pq.write_table(
            table,
            file,
            compression="zstd",
            use_dictionary=False,
            row_group_size=BATCH,
            data_page_size=PAGE_BYTES,
        )


def read_plans(store: Store, stage: str) -> dict[str, SavedPlan]:
    """All plans of a stage by the names of their files, the newest first."""
    while True:
        try:
            return {name: read_plan(store, name) for name in plan_files(store, stage)}
        except StorageError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            # A run over the whole workspace has put its own plan in the place of one listed.


def read_plan(store: Store, name: str) -> SavedPlan:
    """The plan in this file."""
    with storage_errors("read", store.where(name)):
        table = pq.read_table(store.source(name))
    identity = table.schema.metadata[b"identity"].decode()
    return SavedPlan(identity, *(one_chunk(table[c]) for c in _SCHEMA.names))


def united(plans: Iterable[SavedPlan]) -> SavedPlan | None:
    """What these plans, the newest first, call for together; None of none."""
    found = list(plans)
    if not found:
        return None
    first = found[0]
    same = [plan for plan in found if plan.identity == first.identity]
    if len(same) == 1:
        return first
    ages = np.repeat(np.arange(len(same)), [len(plan.unit_ids) for plan in same])
    ids = pa.concat_arrays([plan.unit_ids for plan in same])
    keys = pa.concat_arrays([plan.keys for plan in same])
    order = pc.sort_indices(
        pa.table({"id": ids, "age": ages}), sort_keys=[("id", "ascending"), ("age", "ascending")]
    )
    ids, keys = ids.take(order), keys.take(order)
    newest = np.ones(len(ids), bool)
    newest[1:] = pc.not_equal(ids[1:], ids[:-1]).to_numpy(zero_copy_only=False)
    wanted = pa.array(newest)
    return SavedPlan(first.identity, ids.filter(wanted), keys.filter(wanted))


def _is_plan(name: str) -> bool:
    scope = name.removeprefix("plan-").removesuffix(".parquet")
    return name == plan_name(None) or (
        name.startswith("plan-") and Partition.of_scope(scope) is not None
    )
