"""The whole export: a published dataset in, a folder for one consumer out, or none at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

import pipeline
from pipeline.errors import StorageError, UsageError
from pipeline.publish.exports.boxes import BoxChoice, BoxWriter
from pipeline.publish.exports.conventions import Conventions, conventions, write
from pipeline.publish.exports.format import Format, Job
from pipeline.publish.exports.nested import nested
from pipeline.publish.folder import check_kind, replacing
from pipeline.publish.published import SampleRow
from pipeline.publish.reading import samples
from pipeline.store import storage_errors

_KIND: Final = "export"
"""How the marker of an export begins, so that none passes for a dataset."""


@dataclass(frozen=True)
class Exported:
    """What was written."""

    samples: dict[str, int]
    """By split."""
    boxes: int
    left_out: int
    """Boxes that were not chosen, or that the convention cannot tell."""
    conventions: Conventions


def export(
    dataset: Path,
    out: Path,
    form: Format,
    *,
    boxes: BoxChoice = "certain",
    box_form: str | None = None,
    videos: Mapping[str, Path] = MappingProxyType({}),
    sizes: Sequence[int] = (),
    progress: Callable[[int], None] = lambda done: None,
) -> Exported:
    """Write a dataset for a consumer, a sample in memory at a time.

    Args:
        out: replaced whole, if it is an earlier export.
        boxes: which boxes.
        box_form: the convention's name; None for the format's own.
        videos: the user's copies by the hash of their bytes, to link to.
        sizes: so many training samples each also go to `train_<size>/`; see `nested`.
        progress: told how many samples are done, after each.

    Raises:
        UsageError: the dataset is none or has no pictures, `out` is not ours to replace, or the
            format has no such convention.
        StorageError: reading or writing failed; `out` is as it was.
    """
    convention = form.box_form(box_form)
    if convention is None:
        known = ", ".join(f.name for f in form.box_forms)
        raise UsageError(f"{form.name} has no box form {box_form!r}; it has {known}")
    _check_places(dataset, out)
    places = nested(_training_ids(dataset), sizes) if sizes else {}
    writer = BoxWriter(boxes, convention)
    told = conventions(form, writer, pipeline.__version__)
    splits: Counter[str] = Counter()
    written = given = 0
    with replacing(out, f"{_KIND} {form.name}") as building:
        with ExitStack() as files:
            add = files.enter_context(form.writing(Job(dataset, building, writer, videos)))
            smaller = {
                size: files.enter_context(
                    form.writing(Job(dataset, _folder(building, size), writer, videos))
                )
                for size in sorted(set(sizes))
            }
            for done, row in enumerate(_rows(dataset, pictures=form.pictures), 1):
                add(row)
                for size, also in smaller.items():
                    if row.split == "train" and places[row.id] < size:
                        also(row)
                splits[row.split] += 1
                given += len(row.boxes)
                written += sum(1 for _ in writer.boxes(row))
                progress(done)
        write(building, told)
    return Exported(dict(splits), written, given - written, told)


def count_samples(dataset: Path) -> int:
    """How many samples a dataset has, from its shards' footers.

    Raises:
        UsageError: the folder is no dataset.
        StorageError: a shard cannot be read.
    """
    files = _shards(dataset)
    with _readable(dataset):
        return sum(pq.read_metadata(file).num_rows for file in files)


@contextmanager
def _readable(dataset: Path) -> Iterator[None]:
    """Turn what a damaged or foreign shard makes of a reader into a sentence."""
    try:
        with storage_errors("read", dataset):
            yield
    except pa.ArrowInvalid as error:
        raise StorageError(f"cannot read {dataset}: a shard is damaged: {error}") from error
    except (ValidationError, KeyError) as error:
        raise UsageError(
            f"{dataset} is not of the form that this version publishes: publish it again with "
            f"`demitasse publish` ({_first_line(error)})"
        ) from error


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"no column {error}"


def _rows(dataset: Path, *, pictures: bool) -> Iterator[SampleRow]:
    """The samples; the caller's own errors pass by the reader's."""
    rows = samples(dataset, pictures=pictures)
    while True:
        with _readable(dataset):
            row = next(rows, None)
        if row is None:
            return
        yield row


def _training_ids(dataset: Path) -> list[str]:
    return [row.id for row in _rows(dataset, pictures=False) if row.split == "train"]


def _folder(building: Path, size: int) -> Path:
    folder = building / f"train_{size}"
    folder.mkdir()
    return folder


def _shards(dataset: Path) -> list[Path]:
    files = sorted((dataset / "data").glob("*.parquet"))
    if not files:
        inside = dataset / "dataset"
        hint = f"; did you mean {inside}?" if (inside / "data").is_dir() else ""
        raise UsageError(f"{dataset} is no published dataset: it has no data/*.parquet{hint}")
    return files


def _check_places(dataset: Path, out: Path) -> None:
    """Refuse to write over, into or around what is not an export."""
    _shards(dataset)
    source, target = dataset.resolve(), out.resolve()
    if target == source or source in target.parents:
        raise UsageError(f"{out} is in the dataset {dataset}: choose a place outside of it")
    check_kind(out, _KIND)
