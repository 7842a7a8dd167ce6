"""Finding videos on object stores: a prefix, an object, a glob; by listing, never one by one."""

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.errors import InputError
from pipeline.storage.folder import Entry
from pipeline.storage.place import Url, url
from pipeline.storage.remote import RemoteFolder
from pipeline.video_files import SUFFIXES

Found = tuple[Url, Entry]
"""An object, with its size and time."""


def found_at(spec: str) -> list[Found]:
    """What a URL stands for: the object, the videos that a glob matches, or those below a prefix.

    Raises:
        InputError: no video is there.
        StorageError: the object store fails.
    """
    where = url(spec)
    itself = Listings().find(where)
    if itself is not None:
        return [itself]
    some = list(_matching(where) if glob.has_magic(where.key) else _below(where))
    if not some:
        raise InputError(f"{spec!r} holds no video; known are {', '.join(sorted(SUFFIXES))}")
    return some


@dataclass
class Listings:
    """Objects by their URLs, for which each prefix is listed once."""

    _known: dict[Url, dict[str, Entry]] = field(default_factory=dict)

    def find(self, where: Url) -> Found | None:
        """The object, or None where there is none."""
        folder = where.parent
        if folder not in self._known:
            entries = RemoteFolder(folder).entries("")
            self._known[folder] = {entry.name: entry for entry in entries}
        entry = self._known[folder].get(where.name)
        return (where, entry) if entry and where.key else None


def _below(where: Url) -> Iterator[Found]:
    for entry in RemoteFolder(where).everything(""):
        if PurePosixPath(entry.name).suffix.lower() in SUFFIXES:
            yield where / entry.name, entry


def _matching(where: Url) -> Iterator[Found]:
    parts = where.key.split("/")
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    base = Url(where.scheme, where.bucket, "/".join(parts[:fixed]))
    pattern = re.compile(_regex("/".join(parts[fixed:])))
    for entry in RemoteFolder(base).everything(""):
        named = parts[-1] != "**" or PurePosixPath(entry.name).suffix.lower() in SUFFIXES
        if named and pattern.fullmatch(entry.name):
            yield base / entry.name, entry


def _regex(pattern: str) -> str:
    """A glob as a regular expression: `**` is any number of folders, `*` stays in its own."""
    words = re.split(r"(\*\*/|\*\*|\*|\?|\[!?[^]]+\])", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}

    def told(word: str) -> str:
        literal = word.replace("[!", "[^") if word.startswith("[") else re.escape(word)
        return known.get(word, literal)

    return "".join(map(told, words))
