"""Where videos lie: in folders, behind globs, in installed packages."""

import difflib
import glob
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.errors import InputError, MissingDependencyError

SUFFIXES: Final = frozenset(
    f".{name}"
    for name in (
        *("3gp", "avi", "flv", "m2ts", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "ogv"),
        *("ts", "webm", "wmv"),
    )
)
PACKAGE: Final = "package://"


def below(folder: Path) -> Iterator[Path]:
    """Everything in a folder that has a video's suffix, and folders that cannot be listed.

    Links to folders are followed after the folders themselves, and no folder is searched
    twice, so that a loop of links ends and a second way to a file does not rename it.
    """
    unreadable: list[str] = []
    searched: set[str] = set()
    waiting = [folder]
    for top in waiting:
        for parent, folders, files in os.walk(top, onerror=lambda e: unreadable.append(e.filename)):
            if (real := os.path.realpath(parent)) in searched:
                folders.clear()
                continue
            searched.add(real)
            folders.sort()
            here = Path(parent)
            waiting += [here / name for name in folders if (here / name).is_symlink()]
            names = sorted([*folders, *files])
            yield from (here / name for name in names if Path(name).suffix.lower() in SUFFIXES)
    yield from map(Path, unreadable)


def matching(pattern: Path) -> list[Path]:
    """What a glob matches, sorted; `**` is any number of folders and follows no links.

    Raises:
        InputError: it is no glob.
    """
    parts = pattern.parts
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    try:
        return sorted(Path(*parts[:fixed]).glob("/".join(parts[fixed:])))
    except ValueError as error:
        raise InputError(f"{str(pattern)!r} is no glob: {error}") from error


def packaged(spec: str) -> Path:
    """The file that `package://NAME/PATH` means; the package is found and not imported.

    Raises:
        MissingDependencyError: the package is not installed.
        InputError: it has no such file.
    """
    package, _, rest = spec.removeprefix(PACKAGE).partition("/")
    folders = _package_folders(package)
    if not folders:
        raise MissingDependencyError(
            f"{spec} needs the package {package!r}: install the extra `offline` "
            "(pip install 'demitasse[offline]')"
        )
    path = Path(folders[0], rest)
    if not path.is_file():
        raise InputError(f"package {package} has no file {rest!r}{closest(path)}")
    return path


def closest(path: Path) -> str:
    """The end of a sentence about a file that is not there."""
    try:
        names = os.listdir(path.parent)
    except OSError:
        return f": the folder {path.parent} does not exist or cannot be read"
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.parent / close[0]}?" if close else ""


def _package_folders(package: str) -> list[str]:
    if not package.isidentifier():
        return []
    try:
        found = importlib.util.find_spec(package)
    except ValueError:  # what runs as a script has no spec
        return []
    return list(found.submodule_search_locations or []) if found else []
