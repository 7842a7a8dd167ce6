"""A run from its first signal to its last line of log: what every command that builds needs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from threading import Event as Flag
from types import FrameType

from pipeline.cli.talk import talk
from pipeline.engine.workspace import Workspace
from pipeline.storage.files import logs_of
from pipeline.store import storage_errors


@contextmanager
def draining() -> Iterator[Flag]:
    """A flag that the first Ctrl-C (or SIGTERM) sets; the second one ends the process."""
    stop = Flag()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        talk("stopping: what is in flight is finished and committed (Ctrl-C again to drop it)")

    before = {n: signal.signal(n, handle) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ray_log(workspace: Workspace) -> Iterator[None]:
    """Ray prints worker deaths to stdout, which is for data: they go to a log instead."""
    path = logs_of(workspace.root) / "ray.log"
    with storage_errors("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        log = path.open("a")
    with log, redirect_stdout(log):
        yield
