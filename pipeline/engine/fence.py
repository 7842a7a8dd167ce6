"""Which parts count where a writer may come back from the dead.

On an object store nothing stops a process that lost its lease (it was paused, or cut off) from
putting one more part. So every part carries the scope and the fencing token of the lease under
which it was made, `part-<label>-<random>.<scope>-<token>.parquet`, and the first thing that a new
holder does is to write down which files of its scope are there: the fence. From then on a part of
an older token counts if the fence names it, and what comes later is passed over by all readers.

    leases/<scope>.fence-<token>.json

Why that is enough: docs/object-storage.md.
"""

import json
import re
from collections.abc import Mapping
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


held: Final[dict[Url, Fence]] = {}
"""The fences of the leases that this process holds, by workspace."""


def fences(store: Store) -> list[Fence]:
    """The fences that count now; none on a disk, where the lock is enough."""
    if not isinstance(store.root, Url):
        return []
    if store.root in held:
        return [held[store.root]]
    try:
        return _newest(store)
    except StorageError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        # A new holder has put its own fence in the place of one that was listed.
        return _newest(store)


def _newest(store: Store) -> list[Fence]:
    newest: dict[str, int] = {}
    for name in store.names(FOLDER):
        found = _FENCE.fullmatch(name)
        if found is not None:
            newest[found["scope"]] = max(newest.get(found["scope"], 0), int(found["token"]))
    return [_read(store, scope, token) for scope, token in newest.items()]


def raise_fence(store: Store, root: Url, scope: str, token: int) -> Fence:
    """Write down what counts, as the first act of a new holder, and remove what does not."""
    before = {fence.scope: fence for fence in fences(store)}.get(scope)
    files, late = set[str](), list[str]()
    for entry in RemoteFolder(root).everything(STAGES):
        name = f"{STAGES}/{entry.name}"
        found = _TAG.search(name)
        if found is None or found["scope"] != scope:
            continue
        if before is None or before.believes(name):
            files.add(name)
        else:
            late.append(name)
    text = json.dumps({"scope": scope, "token": token, "files": sorted(files)}, indent=0)
    store.write(_name(scope, token), text.encode())
    for name in late:
        store.remove(name)
    for name in _older(store.names(FOLDER), scope, token):
        store.remove(f"{FOLDER}/{name}")
    return Fence(scope, token, frozenset(files))


def _older(names: list[str], scope: str, token: int) -> list[str]:
    found: Mapping[str, re.Match[str] | None] = {name: _FENCE.fullmatch(name) for name in names}
    return [n for n, m in found.items() if m and m["scope"] == scope and int(m["token"]) < token]


def _name(scope: str, token: int) -> str:
    return f"{FOLDER}/{scope}.fence-{token:08}.json"


def _read(store: Store, scope: str, token: int) -> Fence:
    said = json.loads(store.read(_name(scope, token)))
    return Fence(scope, token, frozenset(said["files"]))
