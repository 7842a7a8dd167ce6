"""Parts: immutable Parquet files, one row a unit, holding its outcome and its rows together.

    unit_id, unit_key, status, code, message, attempts, seconds, memory_mb, tokens, cost, digest,
    inputs, <table>, <table>_hash, ...

A unit's rows are nested in its own row, so whatever decides which of two outcomes counts also
decides about the rows, and a part is there whole or not at all. Reading a few columns of the
nested rows reads only those from disk.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from blake3 import blake3

from pipeline.engine.columns import arrow_type, hash_type, row_hashes, table_name, to_dicts
from pipeline.engine.keys import KEY_BYTES, canonical
from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.records import Record

KEPT: Final = "kept"
REJECTED: Final = "rejected"
FAILED: Final = "failed"

OUTCOME_FIELDS = [
    pa.field("unit_id", pa.string()),
    pa.field("unit_key", pa.binary(KEY_BYTES)),
    pa.field("status", pa.string()),
    pa.field("code", pa.string()),
    pa.field("message", pa.string()),
    pa.field("attempts", pa.int32()),
    pa.field("seconds", pa.float64()),
    pa.field("memory_mb", pa.float64()),
    pa.field("tokens_in", pa.int64()),
    pa.field("tokens_out", pa.int64()),
    pa.field("cost_usd", pa.float64()),
    pa.field("digest", pa.binary(KEY_BYTES)),
    pa.field(
        "inputs",
        pa.list_(
            pa.struct(
                [
                    pa.field("table", pa.string()),
                    pa.field("row", pa.string()),
                    pa.field("digest", pa.uint64()),
                ]
            )
        ),
    ),
]


PAGE_BYTES: Final = 64 << 10
"""Of the driver's own files: who writes or reads one holds a page of every column at a time."""


def part_schema(writes: Sequence[type[Record]]) -> pa.Schema:
    """The explicit schema of a stage's parts: an all-null column keeps its type."""
    fields = list(OUTCOME_FIELDS)
    for written in writes:
        fields.append(pa.field(table_name(written), pa.list_(arrow_type(written))))
        fields.append(pa.field(f"{table_name(written)}_hash", pa.list_(hash_type(written))))
    return pa.schema(fields)


@dataclass(frozen=True, slots=True)
class InputRef:
    """An input row of a unit, as `why` will compare it."""

    table: str
    row: str
    digest: int


@dataclass(frozen=True, slots=True)
class UnitResult:
    """An outcome with what the engine knows about how it came to be."""

    unit_id: str
    unit_key: bytes
    outcome: Outcome
    attempts: int
    seconds: float
    memory_mb: float
    inputs: tuple[InputRef, ...]


def _status(outcome: Outcome) -> tuple[str, str, str]:
    match outcome:
        case Kept():
            return KEPT, "", ""
        case Rejected(reason=reason, message=message):
            return REJECTED, reason, message
        case Failed(error_class=error_class, message=message):
            return FAILED, error_class, message


def encode(writes: Sequence[type[Record]], results: Sequence[UnitResult]) -> pa.Table:
    """The table of one part.

    Raises:
        TypeError: a worker returned a row of a table that its stage does not declare.
    """
    rows: list[dict[str, Any]] = []
    for result in results:
        status, code, message = _status(result.outcome)
        usage = result.outcome.usage
        written = () if isinstance(result.outcome, Failed) else result.outcome.rows
        row: dict[str, Any] = {
            "unit_id": result.unit_id,
            "unit_key": result.unit_key,
            "status": status,
            "code": code,
            "message": message,
            "attempts": result.attempts,
            "seconds": result.seconds,
            "memory_mb": result.memory_mb,
            "tokens_in": usage.tokens_in,
            "tokens_out": usage.tokens_out,
            "cost_usd": usage.cost_usd,
            "inputs": [{"table": i.table, "row": i.row, "digest": i.digest} for i in result.inputs],
        }
        strangers = {type(r) for r in written} - set(writes)
        if strangers:
            names = ", ".join(sorted(t.__name__ for t in strangers))
            raise TypeError(
                f"unit {result.unit_id} returned {names}, which its stage does not write"
            )
        hashes: dict[str, list[dict[str, int]]] = {}
        for table in writes:
            of_table = [r for r in written if type(r) is table]
            name = table_name(table)
            row[name] = to_dicts(table, of_table)
            hashes[name] = row[f"{name}_hash"] = [row_hashes(r) for r in of_table]
        row["digest"] = blake3(canonical([status, code, hashes])).digest(KEY_BYTES)
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=part_schema(writes))


def to_parquet(table: pa.Table) -> bytes:
    """A part's bytes: one row group, so that it is read in one go."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", row_group_size=max(1, table.num_rows))
    return bytes(sink.getvalue())


def snapshot_metadata(covers: Sequence[str]) -> dict[str, str]:
    """What a snapshot's footer says: the names of the parts that it replaces."""
    return {"demitasse.covers": json.dumps(sorted(covers))}


def covered_by(metadata: pq.FileMetaData) -> list[str]:
    """The parts that this file replaces; none for an ordinary part."""
    found = (metadata.metadata or {}).get(b"demitasse.covers")
    return [] if found is None else list(json.loads(found))
