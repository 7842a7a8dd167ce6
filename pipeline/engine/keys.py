"""Keys: the names under which results are stored and found again.

`stage identity = hash(name, version, identity settings, schemas of what it writes)`, where the
settings include prompt hashes and model names; `unit key = hash(stage identity, unit id, sorted
digests of its input rows over the declared columns)`. Neither sees a path, a time or a runtime
setting. `FORMAT` is hashed too: raising it forgets every result at once.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from blake3 import blake3

from pipeline.engine.columns import shape, table_name
from pipeline.engine.stage import Stage

FORMAT = 1
KEY_BYTES = 16

_STRETCH = 4096
"""Units whose ids are Python strings at one time: a million of them would be 80 MB."""


def canonical(value: Any) -> bytes:
    """JSON with sorted keys: one spelling for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def stage_facts(stage: Stage) -> dict[str, Any]:
    """All that the stage's identity is made of, as plain JSON; `why` compares it."""
    return {
        "format": FORMAT,
        "name": stage.name,
        "version": stage.version,
        "settings": dict(stage.identity),
        "reads": {f"{t.stage}.{table_name(t.record)}": list(t.keyed_columns) for t in stage.tables},
        "writes": {table_name(r): shape(r) for r in stage.writes},
    }


def stage_identity(stage: Stage) -> str:
    """32 hex digits that change whenever the stage's results may."""
    return blake3(canonical(stage_facts(stage))).hexdigest(KEY_BYTES)


def unit_keys(
    identity: str,
    unit_ids: pa.StringArray,
    tables: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]],
) -> pa.FixedSizeBinaryArray:
    """The key of every unit.

    Args:
        identity: the stage's.
        unit_ids: the units' logical ids.
        tables: for every table the stage reads, offsets (one more than units) and the digests
            of the rows, sorted within each unit.
    """
    prefix = blake3(bytes.fromhex(identity))
    out = bytearray(KEY_BYTES * len(unit_ids))
    for start in range(0, len(unit_ids), _STRETCH):
        stop = min(start + _STRETCH, len(unit_ids))
        slices = [_stretch(table, start, stop) for table in tables]
        for i, unit_id in enumerate(unit_ids[start:stop].to_pylist()):
            key = prefix.copy()
            key.update(unit_id.encode())
            for offsets, digests in slices:
                first, last = offsets[i], offsets[i + 1]
                key.update(b"\0%d\0" % (last - first))
                key.update(digests[8 * first : 8 * last])
            at = KEY_BYTES * (start + i)
            out[at : at + KEY_BYTES] = key.digest(KEY_BYTES)
    buffers = [None, pa.py_buffer(out)]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(KEY_BYTES), len(unit_ids), buffers)


def _stretch(
    table: tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]], start: int, stop: int
) -> tuple[list[int], bytes]:
    offsets, digests = table
    first, last = offsets[start], offsets[stop]
    return (offsets[start : stop + 1] - first).tolist(), digests[first:last].tobytes()
