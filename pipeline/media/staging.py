"""Videos of an object store on this machine's disk, as long as they are needed and there is room.

Decoders seek, and a video is read once for its hash, once by the probe and once a segment: it is
fetched whole, and kept under the hash of its content in a folder of bounded size that all processes
of this user share. What is in use is held by a shared `flock` and not evicted; of the rest, what
was used longest ago goes first.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blake3 import blake3

from pipeline.errors import StorageError
from pipeline.storage.errors import storage_errors
from pipeline.storage.files import cache_folder
from pipeline.storage.place import Url, is_url, url
from pipeline.storage.remote import fetch, size_of

LOCKS: Final = 64
"""Files whose locks keep two processes from fetching one video; some videos share one."""
_LOCK: Final = ".lock-"


class NotStagedError(Exception):
    """The video is gone, or is another one by now; its text is the end of a sentence."""


@dataclass(frozen=True)
class Staging:
    """Gives local paths to videos, wherever they lie."""

    cache_bytes: int
    """Of all videos that are kept; one larger than this is kept alone, while it is needed."""

    @contextmanager
    def local(self, path: str, content: str | None = None) -> Iterator[Path]:
        """The video as a local file while the block lasts; a local path is itself.

        Args:
            content: the hash that its bytes must have; None if nobody knows it yet.

        Raises:
            NotStagedError: it is not there, or holds other bytes.
            StorageError: the disk or the object store fails.
        """
        if not is_url(path):
            yield Path(path)
            return
        kept, descriptor = self._held(url(path), content)
        try:
            yield kept
        finally:
            os.close(descriptor)

    def _held(self, where: Url, content: str | None) -> tuple[Path, int]:
        folder = cache_folder() / "videos"
        with storage_errors("write", folder):
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(folder, str(where)):
                found = _cached(folder / _name(where, content)) if content else None
                return found or self._fetched(folder, where, content)

    def _fetched(self, folder: Path, where: Url, content: str | None) -> tuple[Path, int]:
        from pipeline.media.probe import content_hash

        part = folder / f".{uuid.uuid4().hex}"
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            try:
                make_room(folder, self.cache_bytes - size_of(where))
                fetch(where, part)
            except StorageError as error:
                if isinstance(error.__cause__, FileNotFoundError):
                    raise NotStagedError("there is no such object") from None
                raise
            found = content_hash(part)
            if content not in (None, found):
                raise NotStagedError("it has changed since it was probed: run again")
            part.replace(folder / _name(where, found))
        except BaseException:
            part.unlink(missing_ok=True)
            os.close(descriptor)
            raise
        return folder / _name(where, found), descriptor


def _name(where: Url, content: str) -> str:
    # Some demuxers look at the suffix.
    return content + Path(where.name).suffix.lower()


def _cached(path: Path) -> tuple[Path, int] | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    if not os.fstat(descriptor).st_nlink:  # evicted between the two
        os.close(descriptor)
        return None
    os.utime(path)
    return path, descriptor


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    number = blake3(name.encode()).digest(1)[0] % LOCKS
    with (folder / f"{_LOCK}{number}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_room(folder: Path, most: int) -> None:
    """Evict what was used longest ago until no more than `most` bytes are left, or all are in use.

    What a process left half fetched when it died goes as well.
    """
    found = [p for p in folder.iterdir() if not p.name.startswith(_LOCK)]
    facts = {}
    for path in found:
        try:
            facts[path] = path.stat()
        except FileNotFoundError:  # another process evicts, or has finished its fetching
            continue
    total = sum(fact.st_size for fact in facts.values())
    for path in sorted(facts, key=lambda p: (not p.name.startswith("."), facts[p].st_mtime_ns)):
        if (total > most or path.name.startswith(".")) and _evicted(path):
            total -= facts[path].st_size


def _evicted(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    return True
