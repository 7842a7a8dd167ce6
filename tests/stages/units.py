"""Units and blobs as the engine hands them to a stage's worker."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.engine.stage import Blobs, Stage, Unit
from pipeline.outcome import Kept, Outcome
from pipeline.store import BlobStore, Store


def unit(stage: Stage, unit_id: str, *rows: Any) -> Unit:
    """A unit with these rows, sorted by id as the engine sorts them."""
    views = {table.view for table in stage.tables}
    assert {type(row) for row in rows} <= views
    return Unit(
        unit_id,
        "key",
        {v: sorted((r for r in rows if type(r) is v), key=lambda r: r.id) for v in views},
    )


def run(stage: Stage, blobs: Blobs, *units: Unit) -> list[Outcome]:
    """The outcomes of a pack, in order."""
    return list(stage.worker(blobs)(units))


def kept(outcome: Outcome) -> Sequence[Any]:
    """The rows of a unit that must have been kept."""
    assert isinstance(outcome, Kept), outcome
    return outcome.rows


def store_jpegs(folder: Path, jpegs: Sequence[bytes]) -> tuple[BlobStore, list[dict[str, Any]]]:
    """JPEGs in one blob, and where each lies: the columns that a frame keeps of it."""
    blobs = BlobStore(Store(folder))
    blob = blobs.write(b"".join(jpegs))
    places: list[dict[str, Any]] = []
    offset = 0
    for jpeg in jpegs:
        places.append(
            {
                "sha256": sha256(jpeg).hexdigest(),
                "blob": blob,
                "offset": offset,
                "length": len(jpeg),
            }
        )
        offset += len(jpeg)
    return blobs, places
