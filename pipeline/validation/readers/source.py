"""Which files a dataset has, what their format is, and their rows one after another."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from pipeline.errors import UsageError
from pipeline.validation.readers.fields import Fields
from pipeline.validation.readers.format import Format, Place, Sign
from pipeline.validation.readers.formats import FORMATS, NAMED, detect
from pipeline.validation.readers.raw import SUFFIXES, columns_of, raw_rows
from pipeline.validation.row import Problem, Row

_PEEKED: Final = 20
"""Rows that are looked at to tell a file's format."""
_NO_ROWS: Final = re.compile(
    r"(?:^\.|\.schema\.json$|^dataset_infos?\.json$|^croissant\.json$|^state\.json$)"
)
_SPLITS: Final = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "eval": "test",
    "bench": "test",
    "benchmark": "test",
}
_WORD: Final = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class DataFile:
    """A file with rows."""

    path: Path
    name: str
    """Below the dataset's folder, with `/` between its parts."""
    format: Format | None
    """None: nothing of it could be read."""

    @property
    def split(self) -> str | None:
        """What the last word of its name that is a split's says."""
        words = _WORD.findall(Path(self.name).stem.lower())
        return next((_SPLITS[w] for w in reversed(words) if w in _SPLITS), None)


@dataclass(frozen=True)
class Source:
    """A dataset's files."""

    root: Path
    """Its folder, where media paths start from."""
    whole: bool
    """It is a folder that was named, and not one file of it."""
    files: tuple[DataFile, ...]
    passed_over: tuple[str, ...]
    """Files that hold no rows, and why."""

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of the formats, without that of the list of rejected questions."""
        found = {f.format.name for f in self.files if f.format is not None}
        return tuple(name for name in NAMED if name in found)

    def rows(self, *, pictures: bool = False) -> Iterator[Row]:
        """All rows, file after file.

        Args:
            pictures: with the bytes of embedded pictures.
        """
        ordinal = 0
        for file in self.files:
            split = file.split
            for number, raw in enumerate(raw_rows(file.path, pictures=pictures), 1):
                read = file.format.read if file.format is not None else None
                if raw.value is not None and file.format is not None and read is None:
                    continue
                place = Place(ordinal, f"{file.name}:{number}", split, raw.key)
                ordinal += 1
                if raw.value is None or read is None:
                    problem = raw.problem or Problem("not_a_row", "its format is not known")
                    yield Row(
                        ordinal=place.ordinal,
                        place=place.name,
                        format=file.format.name if file.format else "unknown",
                        problems=(problem,),
                    )
                else:
                    yield read(Fields(raw.value), place)


def find(dataset: Path, format_name: str | None = None) -> Source:
    """The files of a dataset: those of a folder and of the folders in it, or a single one.

    Args:
        format_name: read all of them as this format; told by their fields otherwise.

    Raises:
        UsageError: there is nothing that could be read, or no such format.
    """
    if format_name is not None and format_name not in NAMED:
        raise UsageError(f"there is no format {format_name!r}; there are {', '.join(NAMED)}")
    if not dataset.exists():
        raise UsageError(f"{dataset} does not exist: name a dataset's folder or one of its files")
    if (dataset / "workspace.json").exists():
        raise UsageError(f"{dataset} is a workspace: validate its dataset, {dataset / 'dataset'}")
    if dataset.is_dir():
        root, paths = dataset, _candidates(dataset)
    else:
        root, paths = dataset.parent, [dataset]
        if dataset.suffix.lower() not in SUFFIXES:
            raise UsageError(f"{dataset} is none of {', '.join(SUFFIXES)}")
    files: list[DataFile] = []
    passed_over: list[str] = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        told = _format_of(path)
        if format_name is not None and not (isinstance(told, Format) and not told.named):
            told = FORMATS[format_name]
        if isinstance(told, str):
            passed_over.append(f"{name}: {told}")
        else:
            files.append(DataFile(path, name, told))
    if not files:
        why = f" ({'; '.join(passed_over)})" if passed_over else ""
        raise UsageError(
            f"{dataset} holds no rows of a known format{why}; name it with --format: "
            f"{', '.join(NAMED)}"
        )
    return Source(root, dataset.is_dir(), tuple(files), tuple(passed_over))


def _candidates(folder: Path) -> list[Path]:
    found = [p for pattern in ("*", "*/*") for p in folder.glob(pattern)]
    return sorted(
        p
        for p in found
        if p.suffix.lower() in SUFFIXES and p.is_file() and not _NO_ROWS.search(p.name)
        and not p.parent.name.startswith(".")
    )  # fmt: skip


def _format_of(path: Path) -> Format | str | None:
    """The format that the first rows or the columns fit; a text says why there is none.

    None where the file breaks before its first row: that is a finding, not a reason to skip it.
    """
    suffix = path.suffix.lower()
    if suffix == ".parquet" and (columns := columns_of(path)) is not None:
        signs = [Sign(dict.fromkeys(columns), suffix)]
    else:
        first = list(islice(raw_rows(path), _PEEKED))
        if first and first[0].problem is not None and first[0].problem.code == "broken_file":
            return None
        signs = [Sign(raw.value, suffix) for raw in first if raw.value is not None]
        if not signs:
            return "it has no rows"
    found = next((f for f in map(detect, signs) if f is not None), None)
    if found is None:
        names = ", ".join(list(signs[0].row)[:6])
        return f"its fields ({names}) are those of no known format"
    return found
