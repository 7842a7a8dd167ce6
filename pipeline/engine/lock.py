"""One writer a workspace: an advisory lock that a dead holder frees at once.

`flock` is held by the open file, so the kernel releases it with the process, however that
ended. What the file says (pid, host, since) is only for the sentence the second one prints.
"""

import fcntl
import getpass
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import WorkspaceBusyError
from pipeline.store import storage_errors


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock for the length of the block.

    Raises:
        WorkspaceBusyError: another process has it; the message names that process.
        StorageError: the lock file cannot be made.
    """
    with storage_errors("lock", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkspaceBusyError(
                f"workspace {path.parent} is in use by {_holder(path)}; "
                "wait for it to end, or stop it, and run the same command again"
            ) from None
        with storage_errors("write", path):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(me()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def me() -> dict[str, str | int]:
    """What the second one is told of this process."""
    return {
        "pid": os.getpid(),
        "host": platform.node(),
        "user": getpass.getuser(),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200],
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def holder_text(who: Mapping[str, object]) -> str:
    """That process, as a noun phrase."""
    return f"process {who['pid']} on {who['host']} (`{who['command']}`, since {who['since']})"


def _holder(path: Path) -> str:
    try:
        return holder_text(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError):
        return "another process"
