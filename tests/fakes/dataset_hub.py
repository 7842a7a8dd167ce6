"""A hub of datasets on the loopback: what `huggingface_hub` asks to create, upload and commit.

Written after the client's own source (`hf_api.py`, `_commit_api.py`, `lfs.py` of 2.4). Large files
come by git LFS in one or several parts, or, where `xet` names a folder, by the real `hf_xet` into
the storage simulation that it brings along (`local://`), which never asks this server for more
than the place. Commits are whole or nothing and hold only large files that arrived.
"""

import threading
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from tests.fakes.dataset_hub_http import handler
from tests.fakes.dataset_hub_state import Repo

TOKEN: Final = "hf_thisIsTheSecretTokenOfTheTests"


@dataclass
class Fault:
    """What goes wrong `times` times with requests whose line contains `where`."""

    where: str
    kind: int | Literal["reset", "stall"]
    """A status, a connection that is reset in the middle of the body, or one that never answers."""
    times: int = 1
    message: str = "the fake was told so"


class DatasetHub:
    """Serves while its `with` block lasts; `asked` are the lines of the requests, in order."""

    def __init__(self, *, part: int | None = None, page: int = 1000, xet: Path | None = None):
        """
        Args:
            part: bytes of a part, for uploads in several parts.
            page: entries of a page of the tree.
            xet: where the storage of `hf_xet` lies; None for LFS.
        """
        self.part, self.page, self.xet = part, page, xet
        self.repos: dict[str, Repo] = {}
        self.stored: dict[str, bytes] = {}
        self.parts: dict[tuple[str, int], bytes] = {}
        self.token = TOKEN
        self.asked: list[str] = []
        self.faults: list[Fault] = []
        self.stalled = threading.Event()
        self.lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self.close()

    def close(self) -> None:
        """Give the address back; who asks then finds nobody."""
        self._server.server_close()

    def count(self, *words: str) -> int:
        """Requests whose line has all of these words."""
        return sum(all(word in line for word in words) for line in self.asked)

    def fault(self, line: str) -> Fault | None:
        """What goes wrong with this request, if anything."""
        with self.lock:
            for fault in self.faults:
                if fault.times and fault.where in line:
                    fault.times -= 1
                    return fault
        return None

    def bytes_of(self, repo: str) -> dict[str, bytes]:
        """The files of the newest commit, by path."""
        files = self.repos[repo].files
        return {p: f if isinstance(f, bytes) else self.stored[f.sha256] for p, f in files.items()}

    def create(self, name: str, private: bool) -> bool:
        """Make a dataset; False where there is one."""
        with self.lock:
            if name in self.repos:
                return False
            self.repos[name] = Repo(private)
            return True
