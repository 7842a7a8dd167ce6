"""Videos that were taken down: a tombstone for each, which every later run honours.

`demitasse remove WORK VIDEO` writes it before anything goes and marks it as done at the end. A run
refuses to start over a removal that was interrupted, and rejects a file whose content was removed.
It holds the content's id, which tells nothing of the content, and no path.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Final

from pipeline.errors import UsageError
from pipeline.store import Store

FILE: Final = "removed.json"
REASON: Final = "removed"
"""Why `videos` rejects such a file."""
MESSAGE: Final = "its content was taken down with `demitasse remove`"


@dataclass(frozen=True)
class Removal:
    """One video that may not be here."""

    id: str
    """BLAKE3 of the file's bytes, 128 bits in hex."""
    at: str
    """When it was said, UTC."""
    reason: str
    """The user's words, empty where there were none."""
    done: bool
    """Nothing of it is left; else the removal was interrupted."""


def removals(store: Store) -> list[Removal]:
    """All tombstones, oldest first."""
    if not store.exists(FILE):
        return []
    return [Removal(**entry) for entry in json.loads(store.read(FILE))]


def removed_ids(store: Store) -> frozenset[str]:
    """Contents that the next run rejects."""
    return frozenset(removal.id for removal in removals(store))


def check_whole(store: Store) -> None:
    """Refuse to build over a removal that was interrupted.

    Raises:
        UsageError: one was; the message says how to end it.
    """
    for removal in removals(store):
        if not removal.done:
            raise UsageError(
                f"the removal of video {removal.id} from {store.root} was interrupted: end it "
                f"with `demitasse remove {store.root} {removal.id}`"
            )


def bury(store: Store, video: str, reason: str) -> Removal:
    """Write the tombstone of a video, not done yet; an earlier one keeps its time."""
    earlier = {removal.id: removal for removal in removals(store)}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    known = earlier.get(video, Removal(video, now, "", done=False))
    removal = replace(known, reason=reason or known.reason, done=False)
    _save(store, {**earlier, video: removal})
    return removal


def close(store: Store, video: str) -> None:
    """Mark a removal as done."""
    there = {removal.id: removal for removal in removals(store)}
    _save(store, {**there, video: replace(there[video], done=True)})


def exhume(store: Store, video: str) -> None:
    """Forget that a video was removed."""
    _save(store, {removal.id: removal for removal in removals(store) if removal.id != video})


def _save(store: Store, entries: dict[str, Removal]) -> None:
    store.write(FILE, json.dumps([asdict(e) for e in entries.values()], indent=1).encode())
