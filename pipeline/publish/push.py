"""A published folder on a hub: what is there already stays, what we no longer have goes.

What lies in the hub's dataset is ours where the marker there says so. That is why the marker is
uploaded with the rest: without it nobody could tell a shard of an earlier publication from a file
that somebody added, and one of them would have to be left or deleted wrongly.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pipeline
from pipeline.errors import HubError, UsageError
from pipeline.publish import hub
from pipeline.publish.folder import MARKER, listed_files, published_files, published_key
from pipeline.store import storage_errors

_SHA256: Final = 64
"""Digits of the name that large files have; git's names are shorter."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Pushed:
    """Where a dataset lies now, and what it took."""

    repo: str
    url: str
    private: bool
    commit: str
    """The newest one, also where nothing had changed."""
    uploaded: int
    """Files that were new or other than before."""
    unchanged: int
    removed: int


def push(
    folder: Path, repo: str, *, public: bool, progress: Callable[[int, int], None] | None = None
) -> Pushed:
    """Make a hub's dataset the same as a published folder.

    Files of others stay, here and there. An interrupted push has changed nothing that can be seen,
    and is continued by calling again.

    Args:
        progress: is told how many files of how many are stored.

    Raises:
        UsageError: there is no complete dataset in the folder; somebody else's file would be
            replaced; or the hub's dataset is public and was not said to be.
        HubError: the hub refuses, changed meanwhile, or cannot be reached.
        StorageError: a file cannot be read.
    """
    files, key = published_files(folder), published_key(folder)
    remote = hub.open_dataset(repo, public=public)
    ours = listed_files(hub.read(remote, MARKER)) if MARKER in remote.files else ()
    with storage_errors("read", folder):
        changed = [name for name in files if not _same(folder / name, remote.files.get(name))]
    foreign = [name for name in changed if name in remote.files and name not in ours]
    if foreign:
        raise UsageError(
            f"{foreign[0]} in {repo} would be replaced, and demitasse did not put it there: move "
            "it, or push to another name"
        )
    gone = sorted(({*ours} - {*files}) & {*remote.files})
    head = remote.head
    if changed or gone:
        told = progress or (lambda stored, of: None)
        stored = hub.store(remote, folder, changed, lambda count: told(count, len(changed)))
        if published_key(folder) != key:
            raise HubError(f"{folder} was published anew while it was pushed: push again")
        head = hub.commit(remote, stored, gone, f"Publish with Demitasse {pipeline.__version__}")
    unchanged = len(files) - len(changed)
    return Pushed(repo, remote.url, remote.private, head, len(changed), unchanged, len(gone))


def _same(path: Path, known: str | None) -> bool:
    """Whether a file's content is what the hub has under its name."""
    if known is None:
        return False
    size = path.stat().st_size
    large = len(known) == _SHA256
    digest = hashlib.sha256() if large else hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest() == known
