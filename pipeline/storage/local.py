"""A folder on a disk: a write goes to a temporary name, is flushed to the disk, and is renamed.

The rename is the commit. What a dead process left under `tmp/` is swept when the next one takes
the lock.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.storage.errors import storage_errors
from pipeline.storage.folder import Entry


@dataclass(frozen=True)
class LocalFolder:
    """See `pipeline.storage.folder.Folder`."""

    root: Path

    def exists(self, name: str) -> bool:
        return (self.root / name).exists()

    @contextmanager
    def create(self, name: str) -> Iterator[IO[bytes]]:
        target = self.root / name
        temporary = self.root / "tmp" / f"{target.name}.{os.getpid()}.{uuid.uuid4().hex}"
        with storage_errors("write", target):
            temporary.parent.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(target)
                sync_folder(target.parent)
            finally:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)

    def read(self, name: str) -> bytes:
        with storage_errors("read", self.root / name):
            return (self.root / name).read_bytes()

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        path = self.root / name
        with storage_errors("read", path), path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def open(self, name: str) -> IO[bytes]:
        with storage_errors("read", self.root / name):
            return (self.root / name).open("rb")

    def source(self, name: str) -> Path:
        return self.root / name

    def names(self, folder: str) -> list[str]:
        return [e.name for e in self._scan(folder) if e.is_file()]

    def entries(self, folder: str) -> list[Entry]:
        return _entries(e for e in self._scan(folder) if e.is_file())

    def folders(self, folder: str) -> list[Entry]:
        return _entries(e for e in self._scan(folder) if e.is_dir())

    def remove(self, name: str) -> None:
        with storage_errors("remove", self.root / name):
            (self.root / name).unlink(missing_ok=True)

    def drop_folder(self, folder: str) -> None:
        with contextlib.suppress(OSError):
            (self.root / folder).rmdir()

    def sweep(self) -> None:
        shutil.rmtree(self.root / "tmp", ignore_errors=True)

    def _scan(self, folder: str) -> list[os.DirEntry[str]]:
        with storage_errors("list", self.root / folder):
            try:
                return sorted(os.scandir(self.root / folder), key=lambda e: e.name)
            except FileNotFoundError:
                return []


def _entries(found: Iterable[os.DirEntry[str]]) -> list[Entry]:
    entries: list[Entry] = []
    for one in found:
        with contextlib.suppress(FileNotFoundError):  # removed since it was listed
            facts = one.stat()
            entries.append(Entry(one.name, facts.st_size, facts.st_mtime_ns))
    return entries


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
