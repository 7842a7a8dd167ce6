"""The dataset folder: replaced whole or not at all, and only where it is ours.

A new build grows in a hidden sibling and takes the folder's name when it is complete. A marker
inside says which unit key it is the result of and which files belong to it; a folder without
one, or with a file that the marker does not know, is somebody's and is left alone.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import UsageError
from pipeline.publish.remote_folder import uploading
from pipeline.storage.files import exists, read_bytes
from pipeline.storage.place import Place, Url, local
from pipeline.storage.remote import RemoteFolder
from pipeline.store import storage_errors, sync_folder

MARKER: Final = ".demitasse.json"


@dataclass(frozen=True)
class Marker:
    """What a folder says of itself."""

    unit: str
    """Key of the unit whose result this is."""
    files: tuple[str, ...]
    """Paths below the folder, sorted, the marker's own not among them."""


_MARKER: Final = TypeAdapter(Marker)


def published_key(folder: Place) -> str | None:
    """The unit key of a complete dataset in this folder, or None where there is none."""
    marker = _read_marker(folder)
    return None if marker is None or _missing(folder, marker) else marker.unit


def published_files(folder: Path) -> tuple[str, ...]:
    """Paths below the folder of all that belongs to its dataset, the marker the last.

    What somebody else put there is not among them.

    Raises:
        UsageError: there is no complete dataset in it.
    """
    marker = _read_marker(folder)
    missing = MARKER if marker is None else _missing(folder, marker)
    if marker is None or missing is not None:
        raise UsageError(f"{folder} is no complete dataset: {missing} is not there; publish again")
    return (*marker.files, MARKER)


def listed_files(marker: bytes) -> tuple[str, ...]:
    """The files that a marker from elsewhere names, and its own; none where it is no marker."""
    try:
        return (*_MARKER.validate_json(marker).files, MARKER)
    except ValidationError:
        return ()


def check_kind(folder: Path, kind: str) -> None:
    """Refuse to replace what demitasse wrote as something else: a dataset, an export, an import.

    Args:
        kind: how the unit keys of folders that may be replaced begin, before a space.

    Raises:
        UsageError: the folder's marker says that it is of another kind.
    """
    marker = _read_marker(folder)
    if marker is not None and not marker.unit.startswith(f"{kind} "):
        raise UsageError(
            f"{folder} holds something else that demitasse wrote, and no {kind}: choose another "
            "place"
        )


def check_ours(folder: Path) -> None:
    """Refuse to replace what somebody else put there.

    Raises:
        UsageError: it exists and is not ours, or holds a file that is not.
    """
    if not os.path.lexists(folder):
        return
    marker = _read_marker(folder)
    if marker is None and folder.is_dir() and not any(folder.iterdir()):
        return
    if marker is None:
        raise UsageError(
            f"{folder} is in the way: demitasse did not write it and will not replace it; move it "
            "elsewhere"
        )
    foreign = sorted(set(_files(folder)) - {*marker.files, MARKER})
    if foreign:
        raise UsageError(
            f"{folder / foreign[0]} would be lost: demitasse replaces the whole folder and did not "
            "write this file; move it elsewhere"
        )


@contextmanager
def replacing(folder: Place, unit: str) -> Iterator[Path]:
    """An empty folder that takes the place of `folder` when the block ends without an error.

    On an object store its content is uploaded then; see `pipeline.publish.remote_folder`.

    Raises:
        UsageError: `folder` is not ours to replace.
        StorageError: the disk is full, or the place cannot be written to.
    """
    if isinstance(folder, Url):
        with uploading(
            folder, MARKER, partial(_ours, folder), partial(_finish, unit=unit)
        ) as place:
            yield place
        return
    with _replacing_here(local(folder, "a dataset"), unit) as place:
        yield place


@contextmanager
def _replacing_here(folder: Path, unit: str) -> Iterator[Path]:
    folder = folder.resolve()  # a link to a larger disk stays one
    building, replaced = (folder.with_name(f".{folder.name}.{w}") for w in ("building", "replaced"))
    with storage_errors("write", folder):
        if replaced.exists() and not folder.exists():
            replaced.rename(folder)  # a run died between the two renames below
        check_ours(folder)
        for left in (building, replaced):
            if left.exists():
                shutil.rmtree(left)
        building.mkdir(parents=True)
        try:
            yield building
            _finish(building, unit)
            if folder.exists():
                folder.rename(replaced)
            try:
                building.rename(folder)
            except OSError:
                if replaced.exists():
                    replaced.rename(folder)
                raise
            sync_folder(folder.parent)
        finally:
            for left in (building, replaced):
                shutil.rmtree(left, ignore_errors=True)


def _finish(building: Path, unit: str) -> None:
    """Write the marker last, and everything to the disk before the folder gets its name."""
    marker = Marker(unit, tuple(sorted(_files(building))))
    (building / MARKER).write_bytes(_MARKER.dump_json(marker, indent=2) + b"\n")
    for name in (*marker.files, MARKER):
        with (building / name).open("rb") as file:
            os.fsync(file.fileno())
    for place in (building, *(p for p in building.rglob("*") if p.is_dir())):
        sync_folder(place)


def _files(folder: Path) -> list[str]:
    """Paths of everything below the folder that is no folder itself; a link to one is none."""
    found = (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return [p.relative_to(folder).as_posix() for p in found]


def _ours(folder: Place) -> tuple[str, ...]:
    marker = _read_marker(folder)
    return marker.files if marker else ()


def _missing(folder: Place, marker: Marker) -> str | None:
    """The first file that the marker names and that is gone."""
    if isinstance(folder, Url):
        there = {entry.name for entry in RemoteFolder(folder).everything("")}
        return next((name for name in marker.files if name not in there), None)
    folder = local(folder, "a dataset")
    return next((name for name in marker.files if not (folder / name).is_file()), None)


def _read_marker(folder: Place) -> Marker | None:
    if isinstance(folder, Url) and not exists(folder / MARKER):
        return None
    try:
        return _MARKER.validate_json(read_bytes(folder / MARKER))
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
