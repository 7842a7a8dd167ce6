"""The sheet that people review: a row a question, its pictures as files beside it."""

import csv
from collections.abc import Iterator
from pathlib import Path

from pipeline.benchmark.cells import COLUMNS, PICTURES, joined, safe, texts
from pipeline.errors import UsageError
from pipeline.publish.published import SampleRow
from pipeline.publish.reading import samples
from pipeline.store import storage_errors


def check_sheet(path: Path, out: Path) -> None:
    """Refuse to write over what people decided, or into the benchmark's folder.

    Raises:
        UsageError: something is there, or `out` would take it along when it is replaced.
    """
    if path.exists() or pictures_of(path).exists():
        there = path if path.exists() else pictures_of(path)
        raise UsageError(
            f"{there} exists, and people may have decided in it: name another sheet with --sheet"
        )
    if out.resolve() in path.resolve().parents:
        raise UsageError(f"{path} would lie in the benchmark's folder: put the sheet elsewhere")


def pictures_of(path: Path) -> Path:
    """The folder of a sheet's pictures."""
    return path.with_name(f"{path.stem}_pictures")


def write_sheet(benchmark: Path, path: Path) -> int:
    """Write the sheet of a benchmark that was written before.

    Returns:
        How many questions it has.

    Raises:
        StorageError: reading or writing failed.
    """
    count = 0
    with storage_errors("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # With a mark of its coding, or spreadsheets read letters beyond ASCII as others.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
            rows.writerow(COLUMNS)
            for row in samples(benchmark):
                told = texts(row) | {PICTURES: joined(list(_pictures(row, path)))}
                rows.writerow([safe(told.get(column, "")) for column in COLUMNS])
                count += 1
    return count


def _pictures(row: SampleRow, sheet: Path) -> Iterator[str]:
    """Write the pictures that the dataset has; their paths, relative to the sheet."""
    for frame in row.core_frames:
        if frame.image is None:
            continue
        name = f"{pictures_of(sheet).name}/{row.video}/{frame.frame_index}.jpg"
        file = sheet.parent / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(frame.image.bytes)
        yield name
