"""A prefix of an object store: a write is one put, or the end of a multipart upload.

Either makes the object appear whole. Nothing has to be swept: what a dead process had uploaded of a
large object is invisible, and the bucket's lifecycle rule removes it.
"""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

import pyarrow as pa

from pipeline.storage.bucket import (
    api,
    client,
    is_cut_off,
    is_refused,
    remote_errors,
    until_answered,
)
from pipeline.storage.errors import storage_errors
from pipeline.storage.folder import Entry, Source
from pipeline.storage.place import Url
from pipeline.storage.ranges import RangeFile

PART_BYTES: Final = 16 << 20
"""Of a multipart upload; what is no larger is one put."""
WHOLE_BYTES: Final = 8 << 20
"""What is no larger is fetched at once when a file is opened to be read in pieces."""

FETCH_BYTES: Final = 4 << 20

guards: Final[dict[Url, Callable[[], None]]] = {}
"""Called before every write of this process below a prefix; raises where it must write no more."""


@dataclass(frozen=True)
class RemoteFolder:
    """See `pipeline.storage.folder.Folder`."""

    url: Url

    def exists(self, name: str) -> bool:
        where = self.url / name
        with remote_errors("read", where):
            try:
                api().head(client(where), where.key)
            except FileNotFoundError:
                return False
        return True

    @contextmanager
    def create(self, name: str) -> Iterator[IO[bytes]]:
        where = self.url / name
        # On this machine's disk if it is large: it must be whole before it is sent.
        kept = f"keep in {tempfile.gettempdir()}, to be uploaded,"
        with storage_errors(kept, where), tempfile.SpooledTemporaryFile(PART_BYTES) as file:
            yield cast(IO[bytes], file)
            self._put(where, file)

    def _put(self, where: Url, file: Any) -> None:
        for prefix, guard in list(guards.items()):
            if where == prefix or str(where).startswith(f"{prefix}/"):
                guard()

        def put() -> object:
            file.seek(0)
            return api().put(client(where), where.key, file, chunk_size=PART_BYTES)

        with remote_errors("write", where):
            until_answered(put)

    def read(self, name: str) -> bytes:
        return bytes(self._get(name).bytes())

    def read_range(self, name: str, offset: int, length: int) -> bytes:
        if not length:
            return b""
        return bytes(self._get(name, range=(offset, offset + length)).bytes())

    def open(self, name: str) -> IO[bytes]:
        return io.BytesIO(self.read(name))

    def source(self, name: str) -> Source:
        where = self.url / name
        got = self._get(name)
        if got.meta["size"] > WHOLE_BYTES:
            return pa.PythonFile(RangeFile(where, got.meta["size"], got.meta["e_tag"]), mode="r")
        with remote_errors("read", where):
            # A copy that is Arrow's own: its threads could not let go of Python's when Python ends.
            copy = pa.BufferOutputStream()
            copy.write(got.bytes())
            return pa.BufferReader(copy.getvalue())

    def names(self, folder: str) -> list[str]:
        return [entry.name for entry in self.entries(folder)]

    def entries(self, folder: str) -> list[Entry]:
        where = self.url / folder
        found = self._listed(where)["objects"]
        return sorted((_entry(o, where) for o in found), key=lambda entry: entry.name)

    def folders(self, folder: str) -> list[Entry]:
        where = self.url / folder
        prefixes = self._listed(where)["common_prefixes"]
        return [self._newest(Url(where.scheme, where.bucket, p)) for p in sorted(prefixes)]

    def remove(self, name: str) -> None:
        where = self.url / name
        with remote_errors("remove", where):
            try:
                until_answered(lambda: api().delete(client(where), where.key))
            except FileNotFoundError:
                return

    def drop_folder(self, folder: str) -> None:
        """There are no folders, only names with `/` in them."""

    def sweep(self) -> None:
        """Nothing is left behind that can be seen."""

    def everything(self, folder: str) -> Iterator[Entry]:
        """All objects below a folder, however deep, by their paths from it; 1000 a request."""
        where = self.url / folder
        with remote_errors("list", where):
            for page in api().list(client(where), prefix=where.key or None):
                yield from (_entry(found, where) for found in page)

    def _get(self, name: str, **given: Any) -> Any:
        where, options = self.url / name, cast(Any, given or None)
        with remote_errors("read", where):
            return api().get(client(where), where.key, options=options)

    def _listed(self, where: Url) -> Any:
        with remote_errors("list", where):
            return api().list_with_delimiter(client(where), where.key or None)

    def _newest(self, where: Url) -> Entry:
        newest = max((e.modified_ns for e in RemoteFolder(where).everything("")), default=0)
        return Entry(where.name, 0, newest)


def size_of(url: Url) -> int:
    """Bytes of an object."""
    with remote_errors("read", url):
        return int(api().head(client(url), url.key)["size"])


def fetch(url: Url, path: Path) -> None:
    """Copy an object to a local file, a few megabytes in memory at a time."""
    # An error of the disk is none of the object store: what is written is written outside.
    with storage_errors("write", path), path.open("wb") as file:
        for piece in _pieces(url):
            file.write(piece)


def _pieces(url: Url) -> Iterator[bytes]:
    came = 0
    with remote_errors("read", url):
        got = api().get(client(url), url.key)
        pieces = iter(got.stream(min_chunk_size=FETCH_BYTES))
    while True:
        with remote_errors("read", url):
            piece = next(pieces, None)
            if piece is None and came != got.meta["size"]:
                raise OSError(f"{came} bytes came of {got.meta['size']}")
        if piece is None:
            return
        came += len(piece)
        yield piece


@dataclass(frozen=True)
class Version:
    """The bytes of an object, and what tells this version from others."""

    data: bytes
    modified_ns: int
    """By the clock of the object store."""
    condition: Any
    """For `replace`."""


def version(url: Url) -> Version | None:
    """An object as it is now; None where there is none."""
    with remote_errors("read", url):
        try:
            got = api().get(client(url), url.key)
        except FileNotFoundError:
            return None
        meta = got.meta
        condition = {"e_tag": meta["e_tag"], "version": meta["version"]}
        return Version(bytes(got.bytes()), _nanoseconds(meta), condition)


def replace(url: Url, data: bytes, before: Any) -> Any | None:
    """Put an object where it is still the version `before`, or where there is none for None.

    Args:
        data: not the same twice: after an answer that was lost it tells whether the put was done.

    Returns the new version's condition; None where it was another version.
    """
    mode: Any = "create" if before is None else {k: v for k, v in before.items() if v is not None}

    def put() -> Any | None:
        try:
            done = api().put(client(url), url.key, data, mode=mode)
        except Exception as error:
            if not (is_refused(error) or is_cut_off(error)):
                raise
            found = version(url)
            if found is not None and found.data == data:
                return found.condition
            if is_refused(error):
                return None
            raise
        return {"e_tag": done["e_tag"], "version": done["version"]}

    with remote_errors("write", url):
        return until_answered(put)


def _entry(found: Any, folder: Url) -> Entry:
    name = found["path"][len(folder.key) :].lstrip("/")
    return Entry(name, found["size"], _nanoseconds(found))


def _nanoseconds(meta: Any) -> int:
    return int(meta["last_modified"].timestamp() * 1_000_000) * 1000
