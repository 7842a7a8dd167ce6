"""Finding the videos that a recipe names.

A spec is a file, a folder (searched through), a glob, a `videos.csv`, or `package://NAME/PATH`
for a file that an installed package ships; a file, folder, glob and list may be URLs of an object
store. What cannot be read is not left out: it becomes an
input that the `videos` stage rejects with a reason.
"""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.csv_rows import Columns, Row, read_rows
from pipeline.errors import InputError
from pipeline.records import Input, Pair
from pipeline.remote_inputs import Found, Listings, found_at
from pipeline.storage.place import Place, Url, is_url, local, url
from pipeline.video_files import PACKAGE, SUFFIXES, below, closest, matching, packaged

_COLUMNS: Final = Columns(("path", "licence", "source", "split_group"), ("path",), free=True)


def find_inputs(specs: Sequence[str]) -> list[Input]:
    """All inputs of a recipe, sorted by id, none twice; what `videos.csv` says of one is kept.

    Raises:
        InputError: a named file does not exist, a glob or folder holds no video, a list of
            videos is not one, or two lists contradict each other.
        MissingDependencyError: the package of a `package://` spec is not installed.
    """
    found: dict[str, Input] = {}
    for spec in specs:
        for item in _expand(spec):
            known = found.get(item.id)
            found[item.id] = item if known is None else _merged(known, item)
    return [found[name] for name in sorted(found)]


def absolute_spec(spec: str) -> str:
    """A spec that means the same from every folder; relative ones are relative to this one.

    Raises:
        InputError: it is empty.
    """
    if spec.startswith(PACKAGE):
        return spec
    return str(url(spec)) if is_url(spec) else _absolute(_path(spec))


def _expand(spec: str) -> Iterator[Input]:
    if spec.startswith(PACKAGE):
        yield _input(spec, packaged(spec))
        return
    if is_url(spec):
        if spec.lower().endswith(".csv"):
            yield from _listed(url(spec))
        else:
            yield from (_remote(found) for found in found_at(spec))
        return
    path = _path(spec)
    if path.is_dir():
        yield from _several(spec, _named(path))
    elif os.path.lexists(path):
        yield from _named(path)
    elif glob.has_magic(spec):
        yield from _several(spec, (item for match in matching(path) for item in _named(match)))
    else:
        raise InputError(f"there is no video {spec!r}{closest(path)}")


def _named(path: Path) -> Iterator[Input]:
    """What a path stands for; a folder with a video's name is rejected, and searched too."""
    if path.is_dir():
        named = [path] if path.suffix.lower() in SUFFIXES else []
        yield from (_input(_absolute(video), video) for video in (*named, *below(path)))
    elif path.suffix.lower() == ".csv":
        yield from _listed(path)
    else:
        yield _input(_absolute(path), path)


def _several(spec: str, found: Iterable[Input]) -> list[Input]:
    some = list(found)
    if not some:
        raise InputError(f"{spec!r} holds no video; known are {', '.join(sorted(SUFFIXES))}")
    return some


def _listed(path: Place) -> Iterator[Input]:
    """The rows of a `videos.csv`; paths in it are relative to it."""
    lines: dict[str, int] = {}
    listings = Listings()
    for row in read_rows(path, _COLUMNS):
        found = _listed_row(path, row, listings)
        if found.id in lines:
            raise InputError(
                f"{path}, line {row.line}: {found.id} is also in line {lines[found.id]}"
            )
        lines[found.id] = row.line
        yield found
    if not lines:
        raise InputError(f"{path} lists no video")


def _listed_row(path: Place, row: Row, listings: Listings) -> Input:
    named = row.get("path")
    if named is None:
        raise InputError(f"{path}, line {row.line}: the path is empty")
    if named.startswith(PACKAGE):
        item = _input(named, packaged(named))
    elif isinstance(path, Url) or is_url(named):
        where = url(named) if is_url(named) else url(f"{path.parent}/{named}")
        there = listings.find(where)
        if there is None:
            raise InputError(f"{path}, line {row.line}: there is no video {str(where)!r}")
        item = _remote(there)
    else:
        video = local(path.parent, "a list of local videos") / named
        if not os.path.lexists(video):
            raise InputError(
                f"{path}, line {row.line}: there is no video {named!r}{closest(video)}"
            )
        item = _input(_absolute(video), video)
    free = [Pair(key=k, value=v) for k, v in row.values.items() if k not in _COLUMNS.known and v]
    return replace(
        item,
        licence=row.get("licence"),
        source=row.get("source"),
        split_group=row.get("split_group"),
        metadata=tuple(free),
    )


def _remote(found: Found) -> Input:
    where, entry = found
    return Input(
        id=str(where),
        path=str(where),
        size=entry.size,
        modified_ns=entry.modified_ns,
        licence=None,
        source=None,
        split_group=None,
        metadata=(),
    )


def _merged(one: Input, other: Input) -> Input:
    """One input of two with the same id: the one that a list describes."""
    if not _described(other):
        return one
    if _described(one) and _described(one) != _described(other):
        raise InputError(f"{one.id} is in two lists that do not say the same of it")
    return other


def _described(item: Input) -> tuple[object, ...] | None:
    said = (item.licence, item.source, item.split_group, item.metadata)
    return said if any(said) else None


def _path(spec: str) -> Path:
    if not spec.strip():
        raise InputError("the name of an input is empty")
    try:
        return Path(spec).expanduser()
    except RuntimeError as error:
        raise InputError(f"there is no video {spec!r}: {error}") from error


def _absolute(path: Path) -> str:
    return Path(os.path.abspath(path)).as_posix()


def _input(name: str, path: Path) -> Input:
    readable = _text(name) == name
    try:
        facts = path.stat() if readable else None
    except (OSError, ValueError):
        facts = None  # a loop of links, a file that vanished: the probe says what is wrong
    return Input(
        id=_text(name),
        path=_text(_absolute(path)),
        size=facts.st_size if facts else 0,
        modified_ns=facts.st_mtime_ns if facts else 0,
        licence=None,
        source=None,
        split_group=None,
        metadata=(),
    )


def _text(name: str) -> str:
    """A name that tables can hold: bytes that are no UTF-8 are spelt `\\xff`.

    Such a file cannot be found again under that name, so it is rejected as unreadable.
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
