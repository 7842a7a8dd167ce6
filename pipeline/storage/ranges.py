"""A large object as a seekable file: what is read of it is fetched, in blocks.

Column chunks that lie beside each other come with one request, and an object that is replaced
meanwhile is an error and never a mixture of the two.
"""

import io
from collections import OrderedDict
from typing import Any, Final

from pipeline.storage.bucket import api, client, remote_errors
from pipeline.storage.place import Url

BLOCK_BYTES: Final = 1 << 20
KEPT_BLOCKS: Final = 8


class RangeFile(io.RawIOBase):
    """Reads one version of an object."""

    def __init__(self, url: Url, size: int, etag: str | None) -> None:
        """
        Args:
            etag: of the version that is read; None where the store has none.
        """
        super().__init__()
        self._url, self._size, self._etag = url, size, etag
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self._size - self._at))
        if wanted >= BLOCK_BYTES:
            view[:wanted] = self._fetch(self._at, self._at + wanted)
        else:
            self._from_blocks(view[:wanted])
        self._at += wanted
        return wanted

    def _from_blocks(self, view: memoryview) -> None:
        done = 0
        while done < len(view):
            number, start = divmod(self._at + done, BLOCK_BYTES)
            piece = self._block(number)[start : start + len(view) - done]
            view[done : done + len(piece)] = piece
            done += len(piece)

    def _block(self, number: int) -> bytes:
        block = self._blocks.pop(number, None)
        if block is None:
            start = number * BLOCK_BYTES
            block = self._fetch(start, min(start + BLOCK_BYTES, self._size))
        self._blocks[number] = block
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return block

    def _fetch(self, start: int, end: int) -> bytes:
        options: Any = {"range": (start, end)}
        if self._etag is not None:
            options["if_match"] = self._etag
        with remote_errors("read", self._url):
            got = api().get(client(self._url), self._url.key, options=options)
            data = bytes(got.bytes())
            if len(data) != end - start:
                raise OSError(f"{len(data)} bytes came of {end - start}")
            return data
