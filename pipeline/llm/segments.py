"""The end of a journal where nothing can be appended to: each flush is an object of its own.

A thread sends what has come since its last put, so a record is on its way as soon as it is appended
and many that come at once share a put. A killed process loses what its last put carried, some tens
of milliseconds; a lost machine loses no more.

    <folder>/journal-<name>.<number>.jsonl
"""

import threading
from typing import Final

from pipeline.errors import StorageError
from pipeline.store import Store

WAITING_BYTES: Final = 4 << 20
"""Not sent yet, above which appending waits."""


class Segments:
    """The segments of one journal of this process."""

    def __init__(self, store: Store, stem: str) -> None:
        """
        Args:
            stem: the journal's path without its suffix.
        """
        self._store, self._stem = store, stem
        self._held = bytearray()
        self._sent = 0
        self._ended = False
        self._error: StorageError | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._send, name="journal", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        return len(self._held)

    def append(self, line: bytes) -> None:
        """Take a line.

        Raises:
            StorageError: an earlier one could not be sent, and neither will this.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._error or self._waiting < WAITING_BYTES)
            self._check()
            self._held += line
            self._changed.notify_all()

    def line(self, offset: int, length: int) -> bytes:
        """A line that was appended, sent or not."""
        return bytes(self._held[offset : offset + length])

    def close(self) -> None:
        """Wait until everything is sent.

        Raises:
            StorageError: it could not be.
        """
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()
        self._check()

    @property
    def _waiting(self) -> int:
        return len(self._held) - self._sent

    def _check(self) -> None:
        if self._error is not None:
            raise StorageError(str(self._error)) from self._error

    def _send(self) -> None:
        number = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                piece = bytes(self._held[self._sent :])
            if not piece:
                return
            try:
                self._store.write(f"{self._stem}.{number:06}.jsonl", piece)
            except StorageError as error:
                with self._changed:
                    self._error = error
                    self._changed.notify_all()
                return
            with self._changed:
                self._sent += len(piece)
                self._changed.notify_all()
            number += 1
