"""Who may write to a workspace on an object store at the same time.

    the whole workspace    with nobody
    a partition            with the other partitions of its count

The leases themselves know only of their own scope, so a holder creates its lease first and then
looks for those that exclude it:

1. take the lease of one's own scope, by a conditional put;
2. list the leases; one of an excluding scope that is held: release one's own and refuse; one that
   ended, or ran out: seal it, by a put that depends on the version that was looked at;
3. write down the fences of one's own scope and of those that were sealed.

Of two that exclude each other never both come to 3 with a lease that is in force. Say A puts its
lease at a and looks for B's at A > a, and B likewise at b and B > b. If A does not see B's lease in
force, it was put later (b > A), or A has sealed it; if B does not see A's, likewise. Both put
later: a < A < b < B < a cannot be. If A sealed B's lease after B put it, B can renew it no more and
its own clock has told it that it is lost (`Lease.check`), or it had ended; if B renewed between A's
look and A's seal, the version is another, the seal fails and A looks again. Both may see the other
and refuse: that is safe, and the same command again decides. Object stores show a put to all
reads and listings that begin after it.

A seal raises the token of the scope, so what its last holder puts late is of an older token than
the fence that follows. A holder that dies or refuses between a seal and its fence leaves a seal
without one: whoever comes next seals once more, so a sealed scope with its fence needs nothing.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from pipeline.engine import fence
from pipeline.engine.fence import FOLDER, Standing
from pipeline.engine.lease import (
    SECONDS,
    Lease,
    ending_text,
    left_of,
    seal,
    take,
    url_of,
)
from pipeline.engine.lock import busy, busy_with_another_count, holder_text
from pipeline.errors import WorkspaceBusyError
from pipeline.partition import Partition
from pipeline.storage import remote
from pipeline.storage.place import Url
from pipeline.store import Store

WORKSPACE: Final = "workspace"
"""The scope of who writes to all of it."""
_LEASE: Final = re.compile(r"(?P<scope>[a-z0-9_]+)\.json")


@contextmanager
def hold(
    root: Url, partition: Partition | None = None, seconds: float = SECONDS
) -> Iterator[Lease]:
    """Hold a workspace, or a partition of it, for the length of the block.

    Whoever held it before is fenced off.

    Raises:
        WorkspaceBusyError: another process is in the way; the message names that process.
        StorageError: the object store fails.
    """
    lease = take(root, partition.scope if partition else WORKSPACE, seconds)
    thread = threading.Thread(target=lease.keep, name="lease", daemon=True)
    thread.start()
    try:
        fence.held[root] = begin(lease)
        remote.guards[root] = lease.check
        yield lease
    finally:
        remote.guards.pop(root, None)
        fence.held.pop(root, None)
        lease.stop()
        thread.join()
        lease.release()


def begin(lease: Lease) -> Standing:
    """Make a lease that was just taken one under which to write: steps 2 and 3.

    Raises:
        WorkspaceBusyError: it is not to be; release it.
    """
    store, root, scope = Store(lease.root), lease.root, lease.scope
    own, *_ = fence.raise_fences(store, root, {scope: lease.token, **exclude(lease)})
    whole = Partition.of_scope(scope) is None
    return Standing(own, fence.others_than(scope, store, root) if whole else None)


def exclude(lease: Lease) -> dict[str, int]:
    """Make sure that nobody holds what this lease excludes.

    Returns the tokens of the scopes that were sealed for it, which are to be fenced.

    Raises:
        WorkspaceBusyError: somebody does.
    """
    names = Store(lease.root).names(FOLDER)
    scopes = [found["scope"] for found in map(_LEASE.fullmatch, names) if found]
    tokens = {s: _end(lease, s, names) for s in scopes if excludes(lease.scope, s)}
    return {scope: token for scope, token in tokens.items() if token is not None}


def excludes(scope: str, other: str) -> bool:
    """Whether these two may not write at the same time, and are not the same."""
    if scope == other:
        return False
    one, two = Partition.of_scope(scope), Partition.of_scope(other)
    return one is None or two is None or one.count != two.count


def _end(mine: Lease, scope: str, names: list[str]) -> int | None:
    """Seal the lease of another scope; its new token, or None where that is done."""
    url = url_of(mine.root, scope)
    while True:
        found = remote.version(url)
        said = json.loads(found.data) if found else {}
        fenced = fence.newest_tokens(names).get(scope, 0)
        if found is None or (said.get("sealed") and said["token"] <= fenced):
            return None
        if (left := left_of(url, said, found.modified_ns)) > 0:
            raise _in_the_way(mine, scope, said, left)
        if (token := seal(url, said, found.condition)) is not None:
            return token
        # Whoever was faster may refuse yet, and never write the fence: look for it.
        names = Store(mine.root).names(FOLDER)


def _in_the_way(mine: Lease, scope: str, said: dict[str, Any], left: float) -> WorkspaceBusyError:
    other, who, more = Partition.of_scope(scope), holder_text(said), ending_text(left)
    if other is not None and Partition.of_scope(mine.scope) is not None:
        return busy_with_another_count(str(mine.root), other, who, more)
    return busy(f"workspace {mine.root}", who, more)
