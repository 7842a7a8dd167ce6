"""The questions of a dataset folder: published, made into a benchmark, or imported."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
from pydantic import TypeAdapter

from pipeline.benchmark.manifest import read_manifest
from pipeline.engine.keys import canonical
from pipeline.errors import InputError
from pipeline.harness.forms import forms_of
from pipeline.harness.route_steps import route_steps
from pipeline.harness.rows import Item, ItemFrame, Span
from pipeline.imports.rows import GroundingRow, ImportedSample
from pipeline.imports.sink import REPORT
from pipeline.publish.folder import MARKER
from pipeline.publish.published import SampleRow
from pipeline.publish.reading import samples, shards
from pipeline.store import storage_errors

_IMPORTED: Final[TypeAdapter[ImportedSample]] = TypeAdapter(ImportedSample)
_GROUNDING: Final[TypeAdapter[GroundingRow]] = TypeAdapter(GroundingRow)


@dataclass(frozen=True)
class Questions:
    """What is asked of a model, and which dataset that is."""

    name: str
    """The folder's."""
    kind: str
    """`demitasse`, `benchmark`, or whose release was imported."""
    version: str
    """Of a benchmark; empty otherwise."""
    split: str
    items: tuple[Item, ...]
    sha256: str
    """Of all questions of the split with their keys and the hashes of their pictures, wherever
    the folder lies: two evaluations with one hash asked the same."""


def read_questions(folder: Path, split: str, limit: int | None = None) -> Questions:
    """The questions of one split, sorted by id.

    Args:
        limit: only the first so many.

    Raises:
        InputError: the folder is no such dataset, or has no question in this split.
        UsageError: it is a benchmark that another version of Demitasse wrote.
        StorageError: it cannot be read.
    """
    kind, version, found = _read(folder)
    by_split: dict[str, list[Item]] = {}
    for name, item in found:
        by_split.setdefault(name, []).append(item)
    if split not in by_split:
        known = ", ".join(f"{n} ({len(i)})" for n, i in sorted(by_split.items())) or "none at all"
        raise InputError(f"{folder} has no question in the split {split!r}; it has {known}")
    items = tuple(sorted(by_split[split], key=lambda item: item.id)[:limit])
    return Questions(folder.resolve().name, kind, version, split, items, _digest(items))


def _read(folder: Path) -> tuple[str, str, Iterator[tuple[str, Item]]]:
    """Kind, version, and the questions with their splits."""
    if (folder / MARKER).is_file() and (folder / "data").is_dir():
        report = folder / REPORT
        if not report.is_file():
            manifest = read_manifest(folder)
            if manifest is not None:
                return "benchmark", manifest.version, _published(folder)
            return "demitasse", "", _published(folder)
        with storage_errors("read", report):
            kind = str(json.loads(report.read_text(encoding="utf-8"))["kind"])
        if kind == "videoespresso":
            return kind, "", _imported(folder, _IMPORTED, _of_sample)
        return kind, "", _imported(folder, _GROUNDING, _of_grounding)
    raise InputError(
        f"{folder} is no dataset that demitasse published or imported: name the folder that "
        "demitasse run, publish, benchmark or import wrote"
    )


def _digest(items: Sequence[Item]) -> str:
    hashed = [{k: v for k, v in asdict(item).items() if k not in Item.UNHASHED} for item in items]
    return sha256(canonical(hashed)).hexdigest()


def _published(folder: Path) -> Iterator[tuple[str, Item]]:
    places = _places(folder)
    for row in samples(folder, pictures=False):
        shard, group = places[row.id]
        yield row.split, _of_row(row, shard, group)


def _places(folder: Path) -> dict[str, tuple[str, int]]:
    """The row group of every sample, by id."""
    found: dict[str, tuple[str, int]] = {}
    for file in shards(folder, "data"):
        with storage_errors("read", file), pq.ParquetFile(str(file)) as shard:
            for group in range(shard.num_row_groups):
                for name in shard.read_row_group(group, columns=["id"])["id"].to_pylist():
                    found[name] = (str(file), group)
    return found


def _of_row(row: SampleRow, shard: str, group: int) -> Item:
    start = row.video_start_seconds
    spans = tuple(
        Span(start_seconds=i.start_seconds - start, end_seconds=i.end_seconds - start)
        for i in row.intervals
    )
    return Item(
        id=row.id,
        video=row.video,
        task=str(row.task),
        question=row.question,
        answer=row.answer,
        options=row.options,
        letter=row.letter or "",
        spans=spans,
        route=route_steps(row.route, row.task) if row.route else (),
        forms=forms_of(options=row.options, answer=row.answer, spans=spans),
        core_frames=tuple(
            ItemFrame(
                frame=f.frame,
                frame_index=f.frame_index,
                seconds=f.pts_seconds - start,
                caption=f.caption,
                sha256=f.sha256,
            )
            for f in row.core_frames
        ),
        pictured=all(frame.image is not None for frame in row.core_frames),
        until_seconds=row.pause.question_seconds - start if row.pause else None,
        video_seconds=row.video_seconds,
        shard=shard,
        row_group=group,
    )


def _imported(
    folder: Path, rows: TypeAdapter[Any], make: Callable[[Any], Item]
) -> Iterator[tuple[str, Item]]:
    for file in shards(folder, "data"):
        split = Path(file.name).name.rpartition("-of-")[0].rpartition("-")[0]
        with storage_errors("read", file), pq.ParquetFile(str(file)) as shard:
            for batch in shard.iter_batches():
                for row in batch.to_pylist():
                    yield split, make(rows.validate_python(row))


def _of_sample(row: ImportedSample) -> Item:
    return Item(
        id=row.id,
        video=row.video_path,
        task=str(row.task) if row.task else row.task_name,
        question=row.question,
        answer=row.answer,
        options=row.options,
        letter=row.letter or "",
        spans=(),
        route=(),
        forms=forms_of(options=row.options, answer=row.answer, spans=()),
        core_frames=(),
        pictured=False,
        until_seconds=None,
        video_seconds=None,
        shard="",
        row_group=0,
    )


def _of_grounding(row: GroundingRow) -> Item:
    spans = tuple(Span(start_seconds=s.start_seconds, end_seconds=s.end_seconds) for s in row.spans)
    return Item(
        id=row.id,
        video=row.video,
        task=next((p.value for p in row.metadata if p.key == "type"), row.kind),
        question=row.query,
        answer=row.answer or "",
        options=row.options,
        letter=row.letter or "",
        spans=spans,
        route=(),
        forms=forms_of(options=row.options, answer=row.answer or "", spans=spans),
        core_frames=(),
        pictured=False,
        until_seconds=None,
        video_seconds=row.video_seconds,
        shard="",
        row_group=0,
    )
