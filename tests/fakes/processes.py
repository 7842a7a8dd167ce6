"""The fake endpoint's processes as a test sees them: what they wrote, and whether they live."""

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEFT_SECONDS = 15.0
"""How long what is ending may take, on a busy machine."""


@dataclass(frozen=True)
class Servers:
    """The servers that one test starts; what they do is in `record`."""

    record: Path

    def command(self, *options: str | Path) -> str:
        """A recipe's command."""
        fixed = [sys.executable, "-m", "tests.fakes.openai_process", "--record", str(self.record)]
        quoted = shlex.join([*fixed, *map(str, options)])
        return f"{quoted} --port {{port}} --model {{model}}"

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What happened, in order."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        return [event for event in map(json.loads, lines) if event["event"] == kind]

    @property
    def started(self) -> list[int]:
        """The process of each start."""
        return [event["pid"] for event in self.events("started")]

    @property
    def left(self) -> list[str]:
        """Processes that name the record: servers, their guards and their children."""
        return [line for line in _processes() if str(self.record) in line]

    def gone(self, seconds: float = LEFT_SECONDS) -> bool:
        """Whether all of them end within so many seconds."""
        over = time.monotonic() + seconds
        while self.left and time.monotonic() < over:
            time.sleep(0.05)
        return not self.left


def zombies() -> list[str]:
    """Children of this process that ended and were never waited for."""
    return [line for line in _processes("Z") if int(line.split()[1]) == os.getpid()]


def _processes(state: str = "") -> list[str]:
    """Live processes (`pid ppid state arguments`), or those in a state."""
    told = subprocess.run(
        ["ps", "-eo", "pid=,ppid=,stat=,args=", "-ww"], capture_output=True, text=True, check=True
    )
    lines = told.stdout.splitlines()
    return [line for line in lines if line.split()[2].startswith(state or "Z") == bool(state)]
