"""What a store needs of the place that it lies in, wherever that is.

Names are relative, with `/` between their parts. A write is there whole or not at all.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

Source: TypeAlias = Path | Any
"""What `pyarrow` opens: a path, or a seekable file (pyarrow has no types)."""


@dataclass(frozen=True)
class Entry:
    """A file, or a folder with the time of its newest change."""

    name: str
    """Without its folder."""
    size: int
    modified_ns: int


class Folder(Protocol):
    """A folder with atomic writes.

    All raise StorageError where the disk or the object store fails; a file that is not there makes
    `read`, `read_range`, `open` and `source` raise one whose cause is a FileNotFoundError.
    """

    def exists(self, name: str) -> bool: ...

    def create(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """A file that appears under its name when the block ends without an error."""
        ...

    def read(self, name: str) -> bytes: ...

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        """These bytes, fewer where the file ends before."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """The file, to be read from its beginning."""
        ...

    def source(self, name: str) -> Source: ...

    def names(self, folder: str) -> list[str]:
        """Sorted names of the files directly in a folder; none where there is no such folder."""
        ...

    def entries(self, folder: str) -> list[Entry]:
        """The same with sizes and times, on an object store by the same one listing."""
        ...

    def folders(self, folder: str) -> list[Entry]:
        """The folders directly in a folder, sorted by name."""
        ...

    def remove(self, name: str) -> None: ...

    def drop_folder(self, folder: str) -> None:
        """Remove a folder if nothing is left in it."""
        ...

    def sweep(self) -> None:
        """Remove what dead writers left behind; only the one who may write does this."""
        ...
