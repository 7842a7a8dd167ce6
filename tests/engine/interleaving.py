"""An object store in memory and processes on it, of which one at a time does its next request.

Which one is chosen from outside, so every interleaving of their requests can be had. Time passes
only when it is told to.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import obstore
import pytest

from pipeline.engine import fence, lease
from pipeline.storage import remote


@dataclass
class _Process:
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ended: bool = False


@dataclass
class World:
    """The store, the clock that all go by, and the processes."""

    now: float = 1000.0
    memory: Any = field(default_factory=obstore.store.MemoryStore)
    _times: dict[str, float] = field(default_factory=dict)
    _processes: dict[int, _Process] = field(default_factory=dict)
    _back: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    errors: list[BaseException] = field(default_factory=list)

    def start(self, work: Callable[[], None]) -> None:
        """A process that stands before its first request."""

        started = threading.Event()

        def run() -> None:
            process = self._processes[threading.get_ident()] = _Process()
            started.set()
            process.go.acquire()
            try:
                work()
            except BaseException as error:
                self.errors.append(error)
            process.ended = True
            self._back.release()

        threading.Thread(target=run, daemon=True).start()
        started.wait()

    def alive(self) -> list[_Process]:
        return [process for process in self._processes.values() if not process.ended]

    def step(self, number: int) -> None:
        """Let one of those that live go on to its next request."""
        alive = self.alive()
        alive[number % len(alive)].go.release()
        self._back.acquire()

    def pause(self) -> None:
        """Of a process: wait until it is chosen."""
        process = self._processes.get(threading.get_ident())
        if process is not None:
            self._back.release()
            process.go.acquire()

    def __getattr__(self, name: str) -> Any:
        """The functions of the client, each a request."""
        real = getattr(obstore, name)

        def request(*args: Any, **kwargs: Any) -> Any:
            self.pause()
            done = real(*args, **kwargs)
            if name == "put":
                self._times[done["e_tag"]] = self.now
            return done

        return request

    def nanoseconds(self, meta: Any) -> int:
        return int(self._times[meta["e_tag"]] * 1e9)


@contextmanager
def world() -> Iterator[World]:
    """All that is remote is in it while the block lasts."""
    made = World()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "client", lambda url: made.memory)
        patch.setattr(remote, "api", lambda: made)
        patch.setattr(remote, "_nanoseconds", made.nanoseconds)
        patch.setattr(fence, "_read_before", {})
        patch.setattr(lease, "_clock", lambda: made.now)
        yield made
