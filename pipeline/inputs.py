"""Finding the videos that a recipe names.

A spec is a file, a folder (searched through), a glob, a `videos.csv`, or `package://NAME/PATH`
for a file that an installed package ships. What cannot be read is not left out: it becomes an
input that the `videos` stage rejects with a reason.
"""

import csv
import difflib
import glob
import importlib.util
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import InputError, MissingDependencyError
from pipeline.records import Input, Pair

SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("3gp", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "ogv"),
        *("ts", "webm", "wmv"),
    )
)
PACKAGE = "package://"
_CSV_COLUMNS = ("path", "licence", "source", "split_group")


def find_inputs(specs: Sequence[str]) -> list[Input]:
    """All inputs of a recipe, sorted by id, none twice; what `videos.csv` says of one is kept.

    Raises:
        InputError: a named file does not exist, a glob or folder holds no video, or a list of
            videos is not one.
        MissingDependencyError: the package of a `package://` spec is not installed.
    """
    found: dict[str, Input] = {}
    for spec in specs:
        for item in _expand(spec):
            described = found.get(item.id)
            if described is None or _says_more(item, described):
                found[item.id] = item
    return [found[name] for name in sorted(found)]


def absolute_spec(spec: str) -> str:
    """A spec that means the same from every folder; relative ones are relative to this one."""
    return spec if spec.startswith(PACKAGE) else _absolute(Path(spec).expanduser())


def _says_more(new: Input, old: Input) -> bool:
    return not (old.licence or old.source or old.split_group or old.metadata) and bool(
        new.licence or new.source or new.split_group or new.metadata
    )


def _expand(spec: str) -> Iterator[Input]:
    path = Path(spec).expanduser()
    if spec.startswith(PACKAGE):
        yield _input(spec, _packaged(spec))
    elif path.suffix.lower() == ".csv":
        yield from _listed(path)
    elif path.is_dir():
        yield from _several(spec, _videos_below(path))
    elif glob.has_magic(spec) and not os.path.lexists(path):
        yield from _several(spec, (Path(p) for p in glob.glob(str(path), recursive=True)))
    elif os.path.lexists(path):
        yield _input(_absolute(path), path)
    else:
        raise InputError(f"there is no video {spec!r}{_closest(path)}")


def _several(spec: str, paths: Iterator[Path]) -> Iterator[Input]:
    some = [_input(_absolute(path), path) for path in paths]
    if not some:
        raise InputError(f"{spec!r} holds no video; known are {', '.join(sorted(SUFFIXES))}")
    yield from some


def _videos_below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if Path(name).suffix.lower() in SUFFIXES:
                yield Path(parent) / name


def _absolute(path: Path) -> str:
    return Path(os.path.abspath(path)).as_posix()


def _input(
    name: str,
    path: Path,
    licence: str | None = None,
    source: str | None = None,
    split_group: str | None = None,
    metadata: tuple[Pair, ...] = (),
) -> Input:
    try:
        facts = path.stat()
        size, modified = facts.st_size, facts.st_mtime_ns
    except OSError:
        # A loop of links, a file that vanished: the probe says what is wrong with it.
        size, modified = 0, 0
    return Input(
        id=name,
        path=_absolute(path),
        size=size,
        modified_ns=modified,
        licence=licence,
        source=source,
        split_group=split_group,
        metadata=metadata,
    )


def _packaged(spec: str) -> Path:
    package, _, rest = spec.removeprefix(PACKAGE).partition("/")
    found = importlib.util.find_spec(package) if package.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise MissingDependencyError(
            f"{spec} needs the package {package!r}: install the extra `offline` "
            "(pip install 'demitasse[offline]')"
        )
    path = Path(next(iter(found.submodule_search_locations))) / rest
    if not path.is_file():
        raise InputError(f"package {package} has no file {rest!r}{_closest(path)}")
    return path


def _closest(path: Path) -> str:
    try:
        names = os.listdir(path.parent)
    except OSError:
        return f": the folder {path.parent} does not exist or cannot be read"
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""


def _listed(path: Path) -> Iterator[Input]:
    """The rows of a `videos.csv`; paths in it are relative to it."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, strict=True)
            if "path" not in (rows.fieldnames or []):
                raise InputError(f"{path}, line 1: needs a column `path` in its first line")
            for row in rows:
                yield _listed_row(path, rows.line_num, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read the list of videos {path}: {error}") from error


def _listed_row(path: Path, line: int, row: dict[str, str]) -> Input:
    if None in row or None in row.values():
        raise InputError(f"{path}, line {line}: has not as many fields as the first line")
    named = row["path"].strip()
    if not named:
        raise InputError(f"{path}, line {line}: the path is empty")
    video = _packaged(named) if named.startswith(PACKAGE) else path.parent / named
    if not os.path.lexists(video):
        raise InputError(f"{path}, line {line}: there is no video {named!r}{_closest(video)}")
    licence, source, group = (row.get(name, "").strip() or None for name in _CSV_COLUMNS[1:])
    free = [Pair(key=k, value=v) for k, v in row.items() if k not in _CSV_COLUMNS and v]
    name = named if named.startswith(PACKAGE) else _absolute(video)
    return _input(name, video, licence, source, group, tuple(free))
