"""The whole publication: samples in, a dataset folder out, in two passes over the samples.

The first pass learns the test split, the second writes: whether a training question nearly
repeats a test question can only be told when all of those are known.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.publish.card import render_card
from pipeline.publish.clips import CLIPS, clip_list
from pipeline.publish.croissant import croissant
from pipeline.publish.duplicates import NearDuplicates
from pipeline.publish.faces import face_cover
from pipeline.publish.facts import CardFacts
from pipeline.publish.folder import replacing
from pipeline.publish.json_schema import json_schema
from pipeline.publish.plots import write_plots
from pipeline.publish.rows import (
    ReadBlob,
    Said,
    caption_row,
    provenance_rows,
    rejection_row,
    sample_row,
)
from pipeline.publish.settings_table import as_recipe
from pipeline.publish.split import split_of
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import CAPTIONS, DEFAULT, PROVENANCE, REJECTED, TABLES
from pipeline.publish.writers import TableWriters
from pipeline.records import Publication, Rejection, Sample, StageCount, Status
from pipeline.storage.place import Place

STAGE: Final = "publish"
RECIPE_FILE: Final = "recipe.yaml"
DUPLICATE_OF_TEST: Final = "duplicate_of_test"
SCHEMAS: Final = {table.schema: table.row for table in TABLES}
"""The published tables, under the names of their schema files."""


@dataclass(frozen=True)
class Content:
    """What is to be published; all sorted by id, the samples read more than once."""

    samples: Iterable[Sample]
    rejections: Iterable[Rejection]
    captions: Iterable[Said]
    funnel: Sequence[StageCount]


def publish(
    folder: Place, key: str, content: Content, facts: CardFacts, read: ReadBlob
) -> Publication:
    """Build the dataset and put it in the place of `folder`.

    Args:
        key: the unit key that the folder's marker will carry.
        read: gives the core frames' bytes.

    Raises:
        UsageError: something that is not ours lies in the folder.
        StorageError: writing failed; the folder is as it was.
        RecipeError: the model that finds faces is no such model.
        MissingDependencyError: it is not installed.
    """
    settings = facts.identity.publish
    cover = face_cover(facts.identity)
    fraction = settings.test_fraction
    tests = NearDuplicates(facts.identity.selection.near_duplicate)
    for sample in content.samples:
        if split_of(sample.split_group, fraction) == "test":
            tests.add(sample.id, sample.signature)

    statistics = Statistics(settings.language)
    repeats: list[Rejection] = []
    with replacing(folder, key) as building:
        tables = TableWriters(building, settings.shard_rows)
        with tables, clip_list(building / CLIPS) as clips:
            for sample in content.samples:
                split = split_of(sample.split_group, fraction)
                twin = tests.find(sample.signature) if split == "train" else None
                if twin is not None:
                    repeats.append(_repeat(sample, twin))
                    continue
                row = sample_row(sample, split, read, embed=settings.frames == "embed", cover=cover)
                statistics.add(row)
                tables.add(DEFAULT, row, split)
                clips.add(row)
                for part in provenance_rows(row, facts.version):
                    tables.add(PROVENANCE, part)
            for rejection in heapq.merge(content.rejections, repeats, key=lambda r: r.id):
                rejected = rejection_row(rejection)
                statistics.reject(rejected)
                tables.add(REJECTED, rejected)
            for caption in content.captions:
                tables.add(CAPTIONS, caption_row(caption))
        written = tables.written()
        counts = [*content.funnel, *_counts(statistics.samples, len(repeats))]
        plots = write_plots(building, statistics)
        card = render_card(facts, statistics, counts, written, plots)
        _write(building / "README.md", card)
        _write(building / RECIPE_FILE, as_recipe(facts))
        _write(building / "croissant.json", croissant(key, facts, statistics, counts, written))
        for name, table in SCHEMAS.items():
            _write(building / "schemas" / f"{name}.schema.json", json_schema(table))
    return Publication(
        id=key,
        samples=statistics.samples,
        rejections=statistics.rejections.total(),
        shards=sum(len(split.shards) for split in written),
    )


def _repeat(sample: Sample, twin: str) -> Rejection:
    return Rejection(
        id=sample.id,
        video=sample.video,
        task=sample.task,
        question=sample.question,
        answer=sample.answer,
        stage=STAGE,
        reason=DUPLICATE_OF_TEST,
        message=f"it says nearly the same as the test question {twin}",
    )


def _counts(kept: int, repeats: int) -> list[StageCount]:
    """This stage's own lines of the funnel; its unit there is a question."""
    lines: list[tuple[Status, str, int]] = [("kept", "", kept)]
    if repeats:
        lines.append(("rejected", DUPLICATE_OF_TEST, repeats))
    return [
        StageCount(id=f"{STAGE} {status}", stage=STAGE, status=status, code=code, units=units)
        for status, code, units in lines
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
