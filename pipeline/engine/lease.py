"""One writer a scope where no kernel keeps a lock: a lease on the object store.

The lease is an object that is created, taken over and renewed by conditional puts, so that of two
who want it one gets it. A thread renews it; where that fails for as long as the lease lasts, this
process must take it for lost, and writes no more. Its token grows with every holder and stands in
the names of parts: see `pipeline.engine.fence` for those that a lost holder puts all the same. The
lease of a process that died is waited for, unless it was one of this machine. A scope is the
workspace or one of its partitions; which of them exclude each other: `pipeline.engine.holding`.

    leases/<scope>.json
"""

import contextlib
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.engine.fence import FOLDER
from pipeline.engine.lock import busy, holder_text, me
from pipeline.engine.process import facts, has_died
from pipeline.errors import LeaseLostError, StorageError, WorkspaceBusyError
from pipeline.partition import Partition
from pipeline.storage import remote
from pipeline.storage.place import Url
from pipeline.store import Store

SECONDS: Final = 60.0
"""How long a lease lasts that is not renewed."""
GRACE_SECONDS: Final = 2.0
"""Object stores tell times in whole seconds."""


@dataclass
class Lease:
    """A lease that this process holds."""

    root: Url
    scope: str
    token: int
    seconds: float
    _who: dict[str, str | int]
    _condition: Any
    _renewed: float
    """When the last put that succeeded was sent, by the clock that goes on in sleep."""
    _lost: bool = False
    _ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> Url:
        return url_of(self.root, self.scope)

    def check(self) -> None:
        """Make sure that it is still held.

        Raises:
            LeaseLostError: another process may write by now.
        """
        if self._lost or _clock() > self._renewed + self.seconds:
            raise LeaseLostError(
                f"the lease on workspace {self.root} was lost: this process was paused or cut off "
                f"for more than {self.seconds:g} seconds; what was committed before counts, so run "
                "the same command again"
            )

    def renew(self) -> None:
        """Hold it for another while; what cannot be reached now may be reached the next time."""
        before = _clock()
        try:
            condition = remote.replace(self.url, _text(self, released=False), self._condition)
        except StorageError:
            return
        if condition is None:
            self._lost = True
            return
        self._condition, self._renewed = condition, before

    def keep(self) -> None:
        """Renew it until it is lost or released; runs in a thread."""
        while not self._ending.wait(self.seconds / 3) and not self._lost:
            self.renew()

    def release(self) -> None:
        """Let the next one in at once."""
        if not self._lost:
            # Where it cannot be told, the lease ends by itself.
            with contextlib.suppress(StorageError):
                remote.replace(self.url, _text(self, released=True), self._condition)

    def stop(self) -> None:
        """Renew it no more."""
        self._ending.set()


def take(root: Url, scope: str, seconds: float) -> Lease:
    """Take a lease that nobody holds; see `pipeline.engine.holding` for those that exclude it.

    Raises:
        WorkspaceBusyError: somebody does.
    """
    url, started = url_of(root, scope), _clock()
    found = remote.version(url)
    said = json.loads(found.data) if found else {"token": 0}
    if found is not None and (left := left_of(url, said, found.modified_ns)) > 0:
        raise _busy(root, scope, said, left)
    lease = Lease(root, scope, said["token"] + 1, seconds, {**me(), **facts()}, None, started)
    before = found.condition if found else None
    condition = remote.replace(url, _text(lease, released=False), before)
    if condition is None:
        now = remote.version(url)
        raise _busy(root, scope, json.loads(now.data) if now else said, seconds)
    lease._condition = condition
    return lease


def url_of(root: Url, scope: str) -> Url:
    """Where the lease of a scope lies."""
    return root / FOLDER / f"{scope}.json"


def seal(url: Url, said: dict[str, Any], condition: Any) -> int | None:
    """Put an end to a lease that nobody holds any more, as if taken and released in one.

    Its last holder cannot renew it then, however late it comes back.

    Args:
        said: what the lease says, in the version `condition`.

    Returns the token of this end; None where somebody was faster.
    """
    ended = {**said, "token": said["token"] + 1, "released": True, "sealed": True}
    text = json.dumps({**ended, "renewal": uuid.uuid4().hex}, indent=1).encode()
    return None if remote.replace(url, text, condition) is None else int(ended["token"])


def left_of(url: Url, said: dict[str, Any], renewed_ns: int) -> float:
    """Seconds for which a lease may still be held, by the object store's own clock."""
    if said["released"] or has_died(said):
        return 0.0
    probe = url.parent / f"clock-{uuid.uuid4().hex}"
    remote.replace(probe, b"", None)
    now = remote.version(probe)
    Store(url.parent).remove(probe.name)
    age = (now.modified_ns - renewed_ns) / 1e9 if now else 0.0
    return float(said["seconds"]) + GRACE_SECONDS - age


def _busy(root: Url, scope: str, said: dict[str, Any], left: float) -> WorkspaceBusyError:
    partition = Partition.of_scope(scope)
    what = f"partition {partition} of workspace {root}" if partition else f"workspace {root}"
    # Who came in between may have ended by now.
    who = "another process" if said.get("released") else holder_text(said)
    return busy(what, who, ending_text(left))


def ending_text(left: float) -> str:
    """How long to wait for a holder that may be dead, as the end of a sentence."""
    return f" (if it died, its lease ends in {left:.0f} seconds)"


def _text(lease: Lease, *, released: bool) -> bytes:
    terms = {"token": lease.token, "seconds": lease.seconds}
    # Never the same twice: object stores tell versions apart by their content, and so do we.
    once = {"released": released, "renewal": uuid.uuid4().hex}
    return json.dumps({**terms, **once, **lease._who}, indent=1).encode()


def _clock() -> float:
    """Seconds of a clock that goes on while the machine sleeps, where there is one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
