"""A model server that this process started: waited for, started once more if it dies, and ended.

worker ──stdin──> guard ──> server          (see `guard.py`)
   └───── HTTP over loopback ──┘
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from pipeline.errors import EndpointError
from pipeline.llm.server import guard
from pipeline.llm.server.command import ServerCommand
from pipeline.store import storage_errors

STARTS: Final = 2
"""A server that dies is started once more; one that dies again would for ever."""
HEALTHY_SECONDS: Final = 1800.0
"""A server that lived so long has earned another start: a run may take a month."""
LOOK_SECONDS: Final = 0.25
"""Between two looks at a server that is not ready yet."""
_ASK_SECONDS: Final = 5.0
_TOLD_LINES: Final = 5
_TOLD_BYTES: Final = 2000
"""Of the end of a server's log, in the message about its death."""
_OVERTIME_SECONDS: Final = 5.0
"""Beyond the guard's grace, until it is ended as well."""


@dataclass
class ManagedServer:
    """One server; `up` may be called by many threads."""

    command: ServerCommand
    log: Path
    """What the server prints; grows from start to start."""
    _port: int = 0
    _guard: "subprocess.Popen[bytes] | None" = None
    _starts: int = 0
    _ready: bool = False
    _since: float = 0.0
    """When it became ready, by the monotonic clock."""
    _answer: str = "nothing"
    """What it said last while it was waited for."""
    _failed: str = ""
    """Why it is started no more."""
    _closing: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base_url(self) -> str:
        """Valid once `up` has returned, and the same after a new start."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def running(self) -> bool:
        """Whether it is ready and alive as far as the system knows."""
        guarding = self._guard
        return self._ready and guarding is not None and guarding.poll() is None

    def up(self) -> None:
        """Return when the server answers: at once where it does already.

        Raises:
            RecipeError: the command cannot run here.
            EndpointError: it died twice, is not ready in time, or is being closed; each later call
                raises the same.
        """
        if self.running:
            return
        with self._lock:
            while not self.running:
                if self._ready and time.monotonic() - self._since > HEALTHY_SECONDS:
                    self._starts = 1
                self._ready = False
                if self._closing:
                    raise EndpointError(f"the model server of {self.command.section} is closed")
                if self._starts == STARTS and not self._failed:
                    self._failed = self._told("died, and once more after it was started anew")
                if self._failed:
                    raise EndpointError(self._failed)
                self._leave()
                self._start()
                self._wait()

    def close(self) -> None:
        """End the server; returns when it is gone. Who waits for it to be ready waits no more."""
        self._closing = True
        with self._lock:
            self._ready = False
            self._leave()

    def _leave(self) -> None:
        """End the guard, and with it what is left of the server."""
        guarding, self._guard = self._guard, None
        if guarding is None:
            return
        assert guarding.stdin is not None
        guarding.stdin.close()
        try:
            guarding.wait(guard.GRACE_SECONDS + _OVERTIME_SECONDS)
        except subprocess.TimeoutExpired:
            guarding.kill()
            guarding.wait()

    def _start(self) -> None:
        self.command.check()
        if not self._since:  # whoever was told of an address keeps it
            self._port = _free_port()
        self._starts += 1
        with storage_errors("write", self.log):
            self.log.parent.mkdir(parents=True, exist_ok=True)
            output: IO[bytes] = self.log.open("ab")
        command = [guard.__file__, str(guard.GRACE_SECONDS), *self.command.arguments(self._port)]
        with output:
            self._guard = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self) -> None:
        """Until it answers, has died, or is not wanted any more.

        Raises:
            EndpointError: it is not ready in time; it is ended.
        """
        assert self._guard is not None
        over = time.monotonic() + self.command.ready_seconds
        while self._guard.poll() is None and not self._closing:
            if self._answers("/health", 404) and self._answers("/v1/models"):
                self._ready, self._since = True, time.monotonic()
                return
            if time.monotonic() > over:
                seconds = f"{self.command.ready_seconds:g} s (ready_seconds)"
                self._leave()
                self._failed = self._told(f"was not ready after {seconds}: {self._answer}")
                raise EndpointError(self._failed)
            time.sleep(LOOK_SECONDS)

    def _answers(self, path: str, *also: int) -> bool:
        try:
            url = f"http://127.0.0.1:{self._port}{path}"
            with _DIRECT.open(url, timeout=_ASK_SECONDS) as response:
                code = int(response.status)
        except urllib.error.HTTPError as error:
            code = error.code
            error.close()
        except (OSError, http.client.HTTPException):
            self._answer = f"{path} was not answered"
            return False
        self._answer = f"{path} was answered with status {code}"
        return code == 200 or code in also

    def _told(self, what: str) -> str:
        return (
            f"the model server of {self.command.section} ({self.command.program}) {what}; its log "
            f"{self.log} ends: {_end_of(self.log) or '(empty)'}"
        )


def _end_of(log: Path) -> str:
    """The last lines of a log, which may be long, or swept away."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TOLD_BYTES))
        lines = file.read().decode(errors="replace").split("\n")
    return " | ".join([line.strip() for line in lines if line.strip()][-_TOLD_LINES:])


_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback is never asked through a proxy, whatever the environment says."""


def _free_port() -> int:
    """A port that nobody listens on now; somebody who takes it first makes the start fail, and
    the second start takes another."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
