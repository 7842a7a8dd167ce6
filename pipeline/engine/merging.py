"""Merging the parts of a stage while it runs, so that their number stays bounded.

What is merged here are parts alone: their snapshots are merged once more when the stage ends, and
no row is copied a third time. Workers read what earlier stages wrote and never the parts of their
own, so none of them holds a reference into what goes. Partitions run beside each other and merge
nothing; the run over the whole workspace that follows them does.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.engine.compaction import merge
from pipeline.engine.fence import fences
from pipeline.engine.ledger import counting_files, covered_parts
from pipeline.store import Store

AT_ONCE: Final = 16
"""Times `engine.compact_parts`: how many parts are worth it while workers wait for the driver."""


@dataclass
class Merging:
    """Merges every so many parts of one stage folder; only for the holder of the lock."""

    store: Store
    folder: str
    every: int
    """Parts."""
    tag: str = ""
    """What the names of snapshots carry, as those of parts."""
    _new: int = 0
    _merged: set[str] | None = None
    """Parts that a snapshot covers and that are still there."""

    def one_more(self) -> None:
        """Count a part that was committed, and merge if it is one of `every`.

        Raises:
            StorageError: a part cannot be read, or the snapshot not be written.
        """
        self._new += 1
        if self._new >= self.every:
            self._new = 0
            self._merge()

    def _merge(self) -> None:
        there = counting_files(self.store, self.folder)
        if self._merged is None:
            self._merged = covered_parts(self.store, there)
        # Another job's parts of the same stage are its own to merge: its workers may read them.
        mine = f"{self.tag}.parquet"
        parts = {name for name in there if "/part-" in name and name.endswith(mine)}
        self._merged &= parts
        fresh = sorted(parts - self._merged)
        if len(fresh) < 2:
            return
        snapshot = merge(self.store, self.folder, fresh, self.tag)
        # On an object store a later holder of the lease must have found the snapshot first.
        if all(fence.settles(snapshot) for fence in fences(self.store)):
            for name in fresh:
                self.store.remove(name)
        else:
            self._merged.update(fresh)
