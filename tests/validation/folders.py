"""A published folder in which nothing is wrong, and ways to spoil it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.publish.split import SplitName, split_of
from pipeline.records import CoreFrame, Sample
from pipeline.validation.finding import Report
from pipeline.validation.validate import validate
from tests.publish.publishing import publish, recipe
from tests.publish.samples import blob_of, rejection, sample

THINGS = ("tram", "dog", "kettle", "ladder", "piano", "rope", "mirror", "bucket", "kite", "drum")
ACTS = ("falls", "turns", "burns", "rolls", "breaks", "opens", "sinks", "swings", "shines", "stops")


def clean_sample(number: int, frames: tuple[CoreFrame, ...]) -> Sample:
    """A sample of a video of its own, whose texts are like no other's."""
    video = f"{number:032x}"
    frames = tuple(replace(f, frame=f"{video}/f{f.frame_index}") for f in frames)
    thing, act, other = (words[number % 10] for words in (THINGS, ACTS, THINGS[::-1]))
    answer = f"It {act} when the {other} number {number} is moved away."
    options = [
        f"It {ACTS[(number + k) % 10]} before the {other} is set down{' again' * k}."
        for k in (1, 2, 3)
    ]
    letter = "ABCD"[number % 4]
    options.insert("ABCD".index(letter), answer)
    base = sample(number, frames)
    claim = f"At 0.0 seconds <obj>person_1</obj> with <obj>bag_1</obj> is beside the {thing}."
    return replace(
        base,
        video=video,
        split_group=video,
        question=f"Why does the {thing} near the {other} number {number} change in the end?",
        answer=answer,
        options=tuple(options),
        letter=letter,
        evidence=f"{claim} At 1.0 seconds the {thing} {act}.",
        boxes=tuple(replace(b, video=video, frame=frames[0].frame) for b in base.boxes),
        unboxed=tuple(replace(u, video=video, frame=frames[0].frame) for u in base.unboxed),
        intervals=tuple(replace(i, video=video, claim=claim) for i in base.intervals),
        signature=(),
    )


def clean_folder(folder: Path, samples: int = 24) -> Path:
    """Both splits, several shards each, and two rejected questions."""
    blobs, frames = blob_of(folder / "store")
    dataset = folder / "dataset"
    publish(
        blobs,
        dataset,
        [clean_sample(n, frames) for n in range(samples)],
        [rejection(n) for n in range(2)],
        given=recipe(test_fraction=0.5, shard_rows=5),
    )
    return dataset


def shards(dataset: Path, split: SplitName = "train") -> list[Path]:
    """The Parquet files of a split."""
    return sorted((dataset / "data").glob(f"{split}-*.parquet"))


def edit(
    dataset: Path, change: Callable[[dict[str, Any]], Any], split: SplitName = "train", row: int = 0
) -> str:
    """Change a row of a split's first shard, whatever the records would allow; its id before."""
    path = shards(dataset, split)[0]
    table = pq.read_table(path)
    rows = table.to_pylist()
    name = str(rows[row]["id"])
    change(rows[row])
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    return name


def retype(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a shard as a table."""
    pq.write_table(change(pq.read_table(path)), path)


def found(report: Report) -> set[str]:
    """`rule.code` of all findings."""
    return {f"{f.rule}.{f.code}" for result in report.results for f in result.findings}


def findings(dataset: Path, **options: Any) -> set[str]:
    """`rule.code` of all that validation finds."""
    return found(validate(dataset, **options))


def in_split(samples: int, split: SplitName) -> list[int]:
    """Numbers of the clean samples of a split."""
    return [n for n in range(samples) if split_of(f"{n:032x}", 0.5) == split]
