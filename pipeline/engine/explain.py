"""Why a unit would run again: what of its key is not what it was.

Compares the unit's planned inputs and its stage's identity with the newest outcome committed
for a unit of the same id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.engine.columns import table_name
from pipeline.engine.keys import stage_facts
from pipeline.engine.ledger import live_files
from pipeline.engine.plan import Plan, Work
from pipeline.engine.workspace import Workspace


@dataclass(frozen=True)
class Difference:
    """One thing that changed."""

    what: str
    """`setting`, `code version`, `input`, `schema`."""
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Explanation:
    """The state of one unit and what changed since it last ran."""

    stage: str
    unit: str
    key: str
    status: str
    """`kept`, `rejected (code)`, `failed (code)`, or `to do`."""
    differences: tuple[Difference, ...]
    """Empty where nothing changed, or where there is no earlier outcome to compare with."""
    ran_before: bool


def explain(workspace: Workspace, work: Work, unit: str) -> Explanation | None:
    """Explain a unit of a planned stage; None where the stage has no such unit."""
    plan = work.plan
    index = pc.index(plan.unit_ids, unit).as_py()
    if index < 0:
        return None
    key = plan.keys[index].as_py()
    newest = _newest(workspace, plan, unit, key)
    if newest is None:
        return Explanation(plan.stage.name, unit, key.hex(), "to do", (), ran_before=False)
    same = newest["unit_key"] == key
    code = f" ({newest['code']})" if newest["code"] else ""
    return Explanation(
        stage=plan.stage.name,
        unit=unit,
        key=key.hex(),
        status=f"{newest['status']}{code}" if same else "to do",
        differences=() if same else tuple(_differences(workspace, plan, index, newest)),
        ran_before=True,
    )


def _newest(workspace: Workspace, plan: Plan, unit: str, key: bytes) -> dict[str, Any] | None:
    """The outcome under this key, else the one committed last under any."""
    best: tuple[tuple[bool, int], dict[str, Any]] | None = None
    for identity in workspace.identities(plan.stage.name):
        folder = workspace.stage_folder(plan.stage.name, identity)
        times = {f"{folder}/{e.name}": e.modified_ns for e in workspace.store.entries(folder)}
        for name in live_files(workspace.store, folder):
            path = workspace.store.source(name)
            columns = ["unit_id", "unit_key", "status", "code", "inputs"]
            rows = pq.read_table(path, columns=columns, filters=[("unit_id", "=", unit)])
            for row in rows.to_pylist():
                rank = (row["unit_key"] == key, times[name])
                if best is None or rank > best[0]:
                    best = (rank, {**row, "identity": identity})
    return best and best[1]


def _differences(
    workspace: Workspace, plan: Plan, index: int, before: Mapping[str, Any]
) -> list[Difference]:
    old = workspace.described(plan.stage.name, before["identity"])
    new = stage_facts(plan.stage)
    out = _settings(old.get("settings", {}), new["settings"])
    if old.get("version") != new["version"]:
        versions = str(old.get("version")), str(new["version"])
        out.append(Difference("code version", plan.stage.name, *versions))
    for part in ("reads", "writes", "format"):
        if old.get(part) != new[part]:
            out.append(Difference("schema", part, "as it was", "another"))
    earlier = {(i["table"], i["row"]): i["digest"] for i in before["inputs"]}
    now = _inputs(plan, index)
    for place in sorted(earlier.keys() | now.keys()):
        was, is_ = earlier.get(place), now.get(place)
        if was != is_:
            words = ("absent" if was is None else "present", "absent" if is_ is None else "changed")
            after = words[1] if was is not None else "new"
            out.append(Difference("input", f"{place[0]} {place[1]}", words[0], after))
    return out


def _inputs(plan: Plan, index: int) -> dict[tuple[str, str], int]:
    out: dict[tuple[str, str], int] = {}
    for rows in plan.tables:
        table = rows.view.table
        name = f"{table.stage}.{table_name(table.record)}"
        at = rows.rows[rows.offsets[index] : rows.offsets[index + 1]]
        ids = rows.view.ids.take(at).to_pylist()
        digests = rows.view.digests[at].tolist()
        out |= {(name, i): d for i, d in zip(ids, digests, strict=True)}
    return out


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    before, after = _flat(old), _flat(new)
    return [
        Difference("setting", name, before.get(name, "unset"), after.get(name, "unset"))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _flat(value: Any, prefix: str = "") -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {prefix: str(value)}
    out: dict[str, str] = {}
    for name, inner in value.items():
        out |= _flat(inner, f"{prefix}.{name}" if prefix else str(name))
    return out
