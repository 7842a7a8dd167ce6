"""The tables of the dataset folder: each is a config that `datasets` loads by its name.

Whoever adds a table adds it here; the card, its front matter, `croissant.json` and `schemas/`
follow from the entry and from what was written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.publish.published import CaptionRow, ProvenanceRow, RejectionRow, SampleRow
from pipeline.records import Record


@dataclass(frozen=True)
class PublishedTable:
    """One kind of row, in Parquet files named `<folder>/<split>-*.parquet`."""

    name: str
    """Of the config."""
    schema: str
    """Of the file in `schemas/`."""
    folder: str
    row: type[Record]
    splits: tuple[str, ...]
    about: str
    """One sentence: what its rows are."""
    key: tuple[str, ...] = ("id",)
    """The columns whose values together are all different."""
    made_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that stages made, and which; others are taken over from the videos."""


DEFAULT: Final = PublishedTable(
    name="default",
    schema="sample",
    folder="data",
    row=SampleRow,
    splits=("train", "test"),
    about="Questions with their answers, evidence, core frames, boxes and times.",
    made_by={
        "split": ("publish",),
        "task": ("questions",),
        "question": ("questions",),
        "answer": ("questions", "verdicts"),
        "options": ("options",),
        "letter": ("options",),
        "core_frames": ("frames", "captions", "core_frames"),
        "evidence": ("evidence",),
        "key_items": ("evidence",),
        "boxes": ("detections", "grounding"),
        "unboxed": ("grounding",),
        "intervals": ("extents", "grounding"),
    },
)
REJECTED: Final = PublishedTable(
    name="rejected",
    schema="rejection",
    folder="rejected",
    row=RejectionRow,
    splits=("rejected",),
    about="Questions that are not published, each with the stage and the reason.",
)
CAPTIONS: Final = PublishedTable(
    name="captions",
    schema="caption",
    folder="captions",
    row=CaptionRow,
    splits=("captions",),
    about="What was said of every captioned frame, whether a sample uses it or not.",
    made_by={"caption": ("captions",)},
)
PROVENANCE: Final = PublishedTable(
    name="provenance",
    schema="provenance",
    folder="provenance",
    row=ProvenanceRow,
    splits=("provenance",),
    about="Who wrote each part of each sample, asked how, as a flat table.",
    key=("id", "stage"),
)
TABLES: Final = (DEFAULT, REJECTED, CAPTIONS, PROVENANCE)
"""In the order in which the card shows them."""


@dataclass(frozen=True)
class ShardFile:
    """A finished Parquet file."""

    path: str
    """Below the dataset folder."""
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True)
class WrittenSplit:
    """What lies in the folder of one split of a table; at least one row."""

    table: PublishedTable
    split: str
    rows: int
    arrow_bytes: int
    """Of the rows in memory, as Arrow counts them."""
    shards: tuple[ShardFile, ...]


def shard_file(folder: Path, path: str) -> ShardFile:
    """A file of the dataset folder with its size and hash, read once more for it.

    Raises:
        OSError: it cannot be read.
    """
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return ShardFile(path, file.tell(), digest.hexdigest())


def of_table(written: Sequence[WrittenSplit], table: PublishedTable) -> list[WrittenSplit]:
    """The splits of a table that have rows, in its own order."""
    found = {w.split: w for w in written if w.table.name == table.name}
    return [found[split] for split in table.splits if split in found]
