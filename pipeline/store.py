"""Files of the workspace: written whole or not at all, read by reference.

A write goes to a temporary name, is flushed to the disk, and is renamed; the rename is the
commit. What a dead process left under `tmp/` is swept when the next one takes the lock.
"""

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from pipeline.errors import StorageError

_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up: free some space and run the same command again",
    errno.EROFS: "the file system is read-only: choose another place with --work",
    errno.EACCES: "permission denied: choose another place with --work or mend its permissions",
    errno.EPERM: "permission denied: choose another place with --work or mend its permissions",
    errno.ENOENT: "it is gone: was it removed while the run was going?",
}


@contextmanager
def storage_errors(action: str, path: Path) -> Iterator[None]:
    """Turn the operating system's error into one sentence with what to do."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"cannot {action} {path}: {advice}") from error


@dataclass(frozen=True)
class Store:
    """A folder with atomic writes. Names are relative, with `/` between their parts."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def write(self, name: str, data: bytes) -> None:
        """Create or replace a file; after return it survives a power cut."""
        with self.create(name) as file:
            file.write(data)

    @contextmanager
    def create(self, name: str) -> Iterator[IO[bytes]]:
        """A file that appears under its name when the block ends without an error.

        Raises:
            StorageError: nothing was committed; the temporary file is removed.
        """
        target = self.path(name)
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
        with storage_errors("read", self.path(name)):
            return self.path(name).read_bytes()

    def names(self, folder: str) -> list[str]:
        """Sorted names of the files in a folder, empty where there is no such folder."""
        with storage_errors("list", self.path(folder)):
            try:
                return sorted(e.name for e in os.scandir(self.path(folder)) if e.is_file())
            except FileNotFoundError:
                return []

    def folders(self, folder: str) -> list[str]:
        """Sorted names of the folders in a folder."""
        with storage_errors("list", self.path(folder)):
            try:
                return sorted(e.name for e in os.scandir(self.path(folder)) if e.is_dir())
            except FileNotFoundError:
                return []

    def size(self, name: str) -> int:
        """Bytes of a file."""
        with storage_errors("read", self.path(name)):
            return self.path(name).stat().st_size

    def modified(self, name: str) -> float:
        """When a file was written, in seconds since 1970."""
        with storage_errors("read", self.path(name)):
            return self.path(name).stat().st_mtime

    def open(self, name: str) -> IO[bytes]:
        """A file to read from at any place."""
        with storage_errors("read", self.path(name)):
            return self.path(name).open("rb")

    def remove(self, name: str) -> None:
        with storage_errors("remove", self.path(name)):
            self.path(name).unlink(missing_ok=True)

    def drop_folder(self, folder: str) -> None:
        """Remove a folder if nothing is left in it."""
        with contextlib.suppress(OSError):
            self.path(folder).rmdir()

    def sweep(self) -> None:
        """Remove what dead writers left behind; only the holder of the lock may."""
        shutil.rmtree(self.root / "tmp", ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        path = self.store.path(self.name(blob))
        with storage_errors("read", path), path.open("rb") as file:
            file.seek(offset)
            data = file.read(length)
        if len(data) != length:
            raise StorageError(f"cannot read {path}: it is {length - len(data)} bytes short")
        return data
