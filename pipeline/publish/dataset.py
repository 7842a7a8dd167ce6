"""The whole publication: samples in, a dataset folder out, in two passes over the samples.

The first pass learns the test split, the second writes: whether a training question nearly
repeats a test question can only be told when all of those are known.
"""

import heapq
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.publish.card import CardFacts, public_recipe, render_card
from pipeline.publish.clips import CLIPS, clip_list
from pipeline.publish.duplicates import NearDuplicates
from pipeline.publish.folder import replacing
from pipeline.publish.front_matter import CAPTIONS, PROVENANCE, REJECTED
from pipeline.publish.json_schema import json_schema
from pipeline.publish.published import CaptionRow, ProvenanceRow, RejectionRow, SampleRow
from pipeline.publish.rows import (
    ReadBlob,
    Said,
    caption_row,
    provenance_rows,
    rejection_row,
    sample_row,
)
from pipeline.publish.shards import ShardWriter, writing
from pipeline.publish.split import split_of
from pipeline.publish.statistics import SPLITS, Statistics
from pipeline.records import Publication, Record, Rejection, Sample, StageCount, Status

STAGE: Final = "publish"
RECIPE_FILE: Final = "recipe.yaml"
DUPLICATE_OF_TEST: Final = "duplicate_of_test"
SCHEMAS: Final = {
    "sample": SampleRow,
    "rejection": RejectionRow,
    "caption": CaptionRow,
    "provenance": ProvenanceRow,
}
"""The published tables, under the names of their schema files."""


@dataclass(frozen=True)
class Content:
    """What is to be published; all sorted by id, the samples read more than once."""

    samples: Iterable[Sample]
    rejections: Iterable[Rejection]
    captions: Iterable[Said]
    funnel: Sequence[StageCount]


def publish(
    folder: Path, key: str, content: Content, facts: CardFacts, read: ReadBlob
) -> Publication:
    """Build the dataset and put it in the place of `folder`.

    Args:
        key: the unit key that the folder's marker will carry.
        read: gives the core frames' bytes.

    Raises:
        UsageError: something that is not ours lies in the folder.
        StorageError: writing failed; the folder is as it was.
    """
    settings = facts.identity.publish
    fraction = settings.test_fraction
    tests = NearDuplicates(facts.identity.selection.near_duplicate)
    for sample in content.samples:
        if split_of(sample.split_group, fraction) == "test":
            tests.add(sample.id, sample.signature)

    statistics = Statistics()
    repeats: list[Rejection] = []
    with replacing(folder, key) as building, ExitStack() as tables:

        def table(name: str, stem: str, row: type[Record]) -> ShardWriter:
            return tables.enter_context(
                writing(ShardWriter(building / name, stem, row, settings.shard_rows))
            )

        splits = {split: table("data", split, SampleRow) for split in SPLITS}
        written = table(PROVENANCE, PROVENANCE, ProvenanceRow)
        turned_down = table(REJECTED, REJECTED, RejectionRow)
        said = table(CAPTIONS, CAPTIONS, CaptionRow)
        clips = tables.enter_context(clip_list(building / CLIPS))
        for sample in content.samples:
            split = split_of(sample.split_group, fraction)
            twin = tests.find(sample.signature) if split == "train" else None
            if twin is not None:
                repeats.append(_repeat(sample, twin))
                continue
            row = sample_row(sample, split, read, embed=settings.frames == "embed")
            statistics.add(row)
            splits[split].add(row)
            clips.add(row)
            for part in provenance_rows(row, facts.version):
                written.add(part)
        for rejection in heapq.merge(content.rejections, repeats, key=lambda r: r.id):
            rejected = rejection_row(rejection)
            statistics.reject(rejected)
            turned_down.add(rejected)
        for caption in content.captions:
            said.add(caption_row(caption))
        shards = [*splits.values(), turned_down, said, written]
        tables.close()
        rows = {writer.stem: writer.rows for writer in shards}
        counts = [*content.funnel, *_counts(statistics.samples, len(repeats))]
        _write(building / RECIPE_FILE, public_recipe(facts.title, facts.identity))
        _write(building / "README.md", render_card(facts, statistics, counts, rows))
        for name, table in SCHEMAS.items():
            _write(building / "schemas" / f"{name}.schema.json", json_schema(table))
    return Publication(
        id=key,
        samples=statistics.samples,
        rejections=turned_down.rows,
        shards=sum(len(writer.names) for writer in shards),
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
