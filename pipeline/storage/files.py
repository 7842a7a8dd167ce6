"""Single files at places that a user names, and the local folder for what is never remote."""

import io
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TextIO

from blake3 import blake3

from pipeline.storage.folder import Source
from pipeline.storage.place import Place, Url, local
from pipeline.storage.remote import RemoteFolder


def exists(where: Place) -> bool:
    """Whether there is such a file."""
    if isinstance(where, Url):
        return RemoteFolder(where.parent).exists(where.name)
    return local(where, "this").exists()


def read_bytes(where: Place) -> bytes:
    """A file's content; an OSError if it is local, a StorageError if it is remote, says why not."""
    if isinstance(where, Url):
        return RemoteFolder(where.parent).read(where.name)
    return local(where, "this").read_bytes()


def open_text(where: Place) -> AbstractContextManager[TextIO]:
    """A file that people write, with its line ends as they are and without a mark of its coding."""
    if isinstance(where, Url):
        return io.TextIOWrapper(io.BytesIO(read_bytes(where)), encoding="utf-8-sig", newline="")
    return local(where, "this").open(newline="", encoding="utf-8-sig")


def source(where: Place) -> Source:
    """A file as `pyarrow` reads it."""
    if isinstance(where, Url):
        return RemoteFolder(where.parent).source(where.name)
    return where


def cache_folder() -> Path:
    """The folder of this user on this machine for what can be had again."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "demitasse"


def logs_of(root: Place) -> Path:
    """The folder for the logs of a workspace, which are appended to and so stay on this machine."""
    if isinstance(root, Path):
        return root / "logs"
    label = blake3(str(root).encode()).hexdigest(4)
    return cache_folder() / "logs" / f"{root.name}-{label}"
