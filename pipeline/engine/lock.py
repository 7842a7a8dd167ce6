"""Who may write to a workspace on a disk: advisory locks that a dead holder frees at once.

`flock` is held by the open file, so the kernel releases it with the process, however that ended.
What a file says (pid, host, since) is only for the sentence that the second one prints.

    lock              exclusive for who takes the whole workspace, shared among partitions
    lock.partitions   for a moment, while a partition looks for others and takes its own
    lock.p2of8        exclusive for that partition

Partitions of one count own different inputs and run side by side. Those of another count would
share inputs with them, so a partition refuses while one of another count runs. It looks and takes
its own lock while it holds `lock.partitions`, so of two that come at once the second sees the
first. Whoever takes the whole holds `lock` alone: no partition is between its first step and its
last, and the files of partitions can go.
"""

import contextlib
import fcntl
import getpass
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.errors import WorkspaceBusyError
from pipeline.partition import Partition
from pipeline.store import storage_errors

_WHOLE: Final = "lock"
_DOOR: Final = "lock.partitions"


@contextmanager
def hold(root: Path, partition: Partition | None = None) -> Iterator[None]:
    """Hold a workspace, or a partition of it, for the length of the block.

    Raises:
        WorkspaceBusyError: another process is in the way; the message names that process.
        StorageError: a lock file cannot be made.
    """
    with ExitStack() as held:
        if partition is None:
            _take_whole(root, held)
        else:
            _take_partition(root, partition, held)
        yield


def _take_whole(root: Path, held: ExitStack) -> None:
    lock = held.enter_context(_opened(root / _WHOLE))
    if not _locked(lock, fcntl.LOCK_EX):
        with _door(root):
            held_by = [path for path in _of_partitions(root).values() if _is_held(path)]
        raise busy(f"workspace {root}", _holder((*held_by, root / _WHOLE)[0]))
    for path in (*_of_partitions(root).values(), root / _DOOR):
        with storage_errors("remove", path):
            path.unlink(missing_ok=True)
    _sign(root / _WHOLE, lock)


def _take_partition(root: Path, partition: Partition, held: ExitStack) -> None:
    if not _locked(held.enter_context(_opened(root / _WHOLE)), fcntl.LOCK_SH):
        raise busy(f"workspace {root}", _holder(root / _WHOLE))
    own = root / f"{_WHOLE}.{partition.scope}"
    with _door(root):
        for other, path in _of_partitions(root).items():
            if other.count != partition.count and _is_held(path):
                raise busy_with_another_count(str(root), other, _holder(path))
        lock = held.enter_context(_opened(own))
        if not _locked(lock, fcntl.LOCK_EX):
            raise busy(f"partition {partition} of workspace {root}", _holder(own))
        _sign(own, lock)


def busy(what: str, who: str, more: str = "") -> WorkspaceBusyError:
    """Somebody else has it."""
    return WorkspaceBusyError(
        f"{what} is in use by {who}; wait for it to end, or stop it, and run the same command "
        f"again{more}"
    )


def busy_with_another_count(
    root: str, other: Partition, who: str, more: str = ""
) -> WorkspaceBusyError:
    """Somebody else divides the workspace in another way."""
    return WorkspaceBusyError(
        f"workspace {root} is being built in {other.count} partitions, {other} by {who}; another "
        "number would share videos with them: wait for them to end, or stop them, and run the same "
        f"command again{more}"
    )


def _of_partitions(root: Path) -> dict[Partition, Path]:
    """The lock files of partitions, held or not."""
    found = {path: Partition.of_scope(path.suffix[1:]) for path in sorted(root.glob("lock.p*"))}
    return {partition: path for path, partition in found.items() if partition is not None}


@contextmanager
def _door(root: Path) -> Iterator[None]:
    """Be the only one who looks which partitions are held: looking is taking for a moment."""
    with _opened(root / _DOOR) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The lock file, which is let go of with its descriptor."""
    with storage_errors("lock", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int, how: int) -> bool:
    """Whether the lock could be had at once."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_held(path: Path) -> bool:
    with _opened(path) as descriptor:
        return not _locked(descriptor, fcntl.LOCK_EX)


def _sign(path: Path, descriptor: int) -> None:
    with storage_errors("write", path):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(me()).encode(), 0)


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
    with contextlib.suppress(OSError, ValueError, KeyError):
        return holder_text(json.loads(path.read_text()))
    return "another process"
