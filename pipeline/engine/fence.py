"""Which parts count where a writer may come back from the dead.

On an object store nothing stops a process that lost its lease (it was paused, or cut off) from
putting one more part. So every part carries the scope and the fencing token of the lease under
which it was made, `part-<label>-<random>.<scope>-<token>.parquet`, and the first thing that a new
holder does is to write down which files of its scope are there: the fence. From then on a part of
an older token counts if the fence names it, and what comes later is passed over by all readers.

    leases/<scope>.fence-<token>.json

A fence is written once: a token has one holder. Who takes the whole workspace fences off all
partitions too (`pipeline.engine.lease`), and while it holds nobody else fences anything; while a
partition runs, others may begin and end, so it looks for their fences each time.

Why that is enough: docs/object-storage.md.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.errors import StorageError
from pipeline.storage.place import Url
from pipeline.storage.remote import RemoteFolder
from pipeline.store import Store

FOLDER: Final = "leases"
STAGES: Final = "stages"
_TAG: Final = re.compile(r"\.(?P<scope>[a-z0-9_]+)-(?P<token>\d+)\.parquet$")
_FENCE: Final = re.compile(r"(?P<scope>[a-z0-9_]+)\.fence-(?P<token>\d+)\.json$")


@dataclass(frozen=True)
class Fence:
    """The files of a scope that counted when the holder of `token` took over."""

    scope: str
    token: int
    files: frozenset[str]

    def believes(self, name: str) -> bool:
        """Whether a file counts: made under no lease, under this one or a later, or named here."""
        tag = _TAG.search(name)
        if tag is None or tag["scope"] != self.scope or int(tag["token"]) >= self.token:
            return True
        return name in self.files

    def settles(self, name: str) -> bool:
        """Whether every later holder will believe this file as well, or what replaced it."""
        tag = _TAG.search(name)
        return tag is None or tag["scope"] != self.scope or name in self.files


def tag(scope: str, token: int) -> str:
    """What stands in the name of a part before its suffix."""
    return f".{scope}-{token}"


@dataclass(frozen=True)
class Standing:
    """The fences of a workspace as the holder of a lease on it sees them."""

    own: Fence
    others: tuple[Fence, ...] | None
    """Those of other scopes; None: they may change, so look each time."""


held: Final[dict[Url, Standing]] = {}
"""The leases that this process holds, by workspace."""
_read_before: Final[dict[Url, Fence]] = {}
"""Fences by their place; they never change."""


def fences(store: Store) -> list[Fence]:
    """The fences that count now; none on a disk, where the lock is enough."""
    if not isinstance(store.root, Url):
        return []
    standing = held.get(store.root)
    if standing is None:
        return _newest(store, store.root)
    others = standing.others
    if others is None:
        others = others_than(standing.own.scope, store, store.root)
    return [standing.own, *others]


def others_than(scope: str, store: Store, root: Url) -> tuple[Fence, ...]:
    """The fences of all other scopes as they are now."""
    return tuple(fence for fence in _newest(store, root) if fence.scope != scope)


def _newest(store: Store, root: Url) -> list[Fence]:
    while True:
        try:
            tokens = newest_tokens(store.names(FOLDER))
            return [_read(store, root, scope, token) for scope, token in tokens.items()]
        except StorageError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            # A new holder has put its own fence in the place of one that was listed.


def newest_tokens(names: Iterable[str]) -> dict[str, int]:
    """The token of the fence that counts, by scope."""
    newest: dict[str, int] = {}
    for found in filter(None, map(_FENCE.fullmatch, names)):
        newest[found["scope"]] = max(newest.get(found["scope"], 0), int(found["token"]))
    return newest


def raise_fences(store: Store, root: Url, tokens: Mapping[str, int]) -> list[Fence]:
    """Write down what counts of these scopes, and remove what does not.

    Args:
        tokens: of leases that this process has taken, by scope; nobody else has them.
    """
    before = {fence.scope: fence for fence in _newest(store, root)}
    files: dict[str, set[str]] = {scope: set() for scope in tokens}
    late: list[str] = []
    for entry in RemoteFolder(root).everything(STAGES):
        name = f"{STAGES}/{entry.name}"
        found = _TAG.search(name)
        if found is None or found["scope"] not in tokens:
            continue
        known = before.get(found["scope"])
        if known is None or known.believes(name):
            files[found["scope"]].add(name)
        else:
            late.append(name)
    for scope, token in tokens.items():
        said = {"scope": scope, "token": token, "files": sorted(files[scope])}
        store.write(_name(scope, token), json.dumps(said, indent=0).encode())
    for name in late:
        store.remove(name)
    for name in _older(store.names(FOLDER), tokens):
        store.remove(f"{FOLDER}/{name}")
    return [Fence(scope, token, frozenset(files[scope])) for scope, token in tokens.items()]


def _older(names: Iterable[str], tokens: Mapping[str, int]) -> list[str]:
    found = filter(None, map(_FENCE.fullmatch, names))
    return [m[0] for m in found if int(m["token"]) < tokens.get(m["scope"], 0)]


def _name(scope: str, token: int) -> str:
    return f"{FOLDER}/{scope}.fence-{token:08}.json"


def _read(store: Store, root: Url, scope: str, token: int) -> Fence:
    place = root / _name(scope, token)
    if place not in _read_before:
        files = frozenset(json.loads(store.read(_name(scope, token)))["files"])
        _read_before[place] = Fence(scope, token, files)
    return _read_before[place]
