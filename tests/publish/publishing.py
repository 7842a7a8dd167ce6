"""Publishing by hand, as the engine's driver would: one unit with all rows."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.engine.stage import Unit
from pipeline.outcome import Kept
from pipeline.publish.rows import Said
from pipeline.recipe import Identity, PublishSettings, Recipe
from pipeline.records import Publication, Rejection, Sample, StageCount
from pipeline.stages.publish import stage
from pipeline.store import BlobStore
from tests.publish.samples import blob_of, rejection, sample

FUNNEL = (
    StageCount(id="00 videos 0", stage="videos", status="kept", code="", units=2),
    StageCount(
        id="00 videos 1 too_short", stage="videos", status="rejected", code="too_short", units=1
    ),
    StageCount(id="12 selection 0", stage="selection", status="kept", code="", units=2),
)


def recipe(**publish: Any) -> Recipe:
    """A recipe with these settings of `publish`."""
    return Recipe(name="trial", identity=Identity(publish=PublishSettings(**publish)))


def publish(
    blobs: BlobStore,
    dataset: Path,
    samples: Iterable[Sample],
    rejections: Iterable[Rejection] = (),
    captions: Iterable[Said] = (),
    *,
    given: Recipe | None = None,
    key: str = "k1",
) -> Publication:
    """Run the stage on one unit; rows are sorted by id as the engine sorts them."""
    made = stage(given or recipe(test_fraction=0.5), dataset)
    rows: dict[type, list[Any]] = {
        StageCount: list(FUNNEL),
        Sample: sorted(samples, key=lambda s: s.id),
        Rejection: sorted(rejections, key=lambda r: r.id),
        Said: sorted(captions, key=lambda c: c.id),
    }
    (outcome,) = made.worker(blobs)([Unit("dataset", key, rows)])
    assert isinstance(outcome, Kept)
    (publication,) = outcome.rows
    assert isinstance(publication, Publication)
    return publication


def publish_some(folder: Path, name: str = "dataset", samples: int = 8) -> Path:
    """A dataset of a few samples in both splits and two rejections."""
    blobs, frames = blob_of(folder / "store")
    dataset = folder / name
    publish(
        blobs,
        dataset,
        [sample(n, frames) for n in range(samples)],
        [rejection(n) for n in range(2)],
    )
    return dataset


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }
