"""Files of the workspace: written whole or not at all, read by reference, wherever they lie.

On a disk a write is a rename, on an object store one put; see `pipeline.storage`.
"""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO

from pipeline.errors import StorageError
from pipeline.storage.errors import storage_errors
from pipeline.storage.folder import Entry, Folder, Source
from pipeline.storage.local import LocalFolder, sync_folder
from pipeline.storage.place import Place, Url, local
from pipeline.storage.remote import RemoteFolder, fetch

__all__ = ["BlobStore", "Entry", "Place", "Source", "Store", "storage_errors", "sync_folder"]


@dataclass(frozen=True)
class Store:
    """A folder with atomic writes. Names are relative, with `/` between their parts."""

    root: Place

    @cached_property
    def folder(self) -> Folder:
        """Where it lies."""
        if isinstance(self.root, Url):
            return RemoteFolder(self.root)
        return LocalFolder(local(self.root, "a store"))

    def where(self, name: str) -> Place:
        """What to call a file when one speaks of it."""
        return self.root / name

    def path(self, name: str) -> Path:
        """A file's path; only for what is never remote.

        Raises:
            UsageError: the store is remote.
        """
        return local(self.root, "this") / name

    def exists(self, name: str) -> bool:
        return self.folder.exists(name)

    def write(self, name: str, data: bytes) -> None:
        """Create or replace a file; after return it survives a power cut."""
        with self.create(name) as file:
            file.write(data)

    def create(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file that appears under its name when the block ends without an error.

        Raises:
            StorageError: nothing was committed; the temporary file is removed.
        """
        return self.folder.create(name)

    def read(self, name: str) -> bytes:
        return self.folder.read(name)

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        """These bytes, fewer where the file ends before."""
        return self.folder.read_range(name, offset, length)

    def open(self, name: str) -> IO[bytes]:
        """The file, to be read from its beginning."""
        return self.folder.open(name)

    @contextmanager
    def as_path(self, name: str) -> Iterator[Path]:
        """The file as a local path while the block lasts, fetched first if it is remote."""
        if not isinstance(self.root, Url):
            yield self.path(name)
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name.rpartition("/")[2]
            fetch(self.root / name, path)
            yield path

    def source(self, name: str) -> Source:
        """The file as `pyarrow` reads it, in pieces."""
        return self.folder.source(name)

    def names(self, folder: str) -> list[str]:
        """Sorted names of the files in a folder, empty where there is no such folder."""
        return self.folder.names(folder)

    def entries(self, folder: str) -> list[Entry]:
        """The same with sizes and times."""
        return self.folder.entries(folder)

    def folders(self, folder: str) -> list[Entry]:
        """The folders in a folder, with the times of their newest changes."""
        return self.folder.folders(folder)

    def folder_names(self, folder: str) -> list[str]:
        """Sorted names of the folders in a folder."""
        return [entry.name for entry in self.folders(folder)]

    def facts(self, names: Collection[str]) -> dict[str, Entry]:
        """Size and time of each of these files, by one listing a folder; none of what is gone."""
        folders = {name.rpartition("/")[0] for name in names}
        found = {f"{f}/{e.name}".lstrip("/"): e for f in folders for e in self.entries(f)}
        return {name: found[name] for name in names if name in found}

    def remove(self, name: str) -> None:
        self.folder.remove(name)

    def drop_folder(self, folder: str) -> None:
        """Remove a folder if nothing is left in it."""
        self.folder.drop_folder(folder)

    def sweep(self) -> None:
        """Remove what dead writers left behind; only the holder of the lock may."""
        self.folder.sweep()


@dataclass(frozen=True)
class BlobStore:
    """Bytes under the hex of their SHA-256: JPEGs of a segment, one file."""

    store: Store

    @staticmethod
    def name(blob: str) -> str:
        return f"blobs/{blob[:2]}/{blob}"

    def write(self, data: bytes) -> str:
        blob = sha256(data).hexdigest()
        if not self.store.exists(self.name(blob)):
            self.store.write(self.name(blob), data)
        return blob

    def read(self, blob: str, offset: int, length: int) -> bytes:
        name = self.name(blob)
        data = self.store.read_range(name, offset, length)
        if len(data) != length:
            where = self.store.where(name)
            raise StorageError(f"cannot read {where}: it is {length - len(data)} bytes short")
        return data
