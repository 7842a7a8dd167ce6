"""Which process this is, in a way that another one on the same machine can tell that it has died.

A number of a process is used again, and is another's in another container; so the boot, the
namespace of numbers and the start of the process stand beside it. Linux only: elsewhere nobody is
told to be dead.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def facts() -> dict[str, str]:
    """This process, for `has_died`."""
    return {"machine": _machine(), "started": _started(os.getpid()) or ""}


def has_died(who: Mapping[str, object]) -> bool:
    """Whether a process with these facts and this `pid` is known to be dead."""
    pid, machine = who.get("pid"), _machine()
    if not machine or who.get("machine") != machine or not isinstance(pid, int):
        return False
    return _started(pid) != who.get("started")


def _machine() -> str:
    try:
        return f"{_BOOT.read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When it began, in ticks since the boot; None of one that is no more."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The second field is the command in brackets, which may hold anything.
    state, *rest = said.rpartition(")")[2].split()
    return None if state in "ZX" else rest[18]
