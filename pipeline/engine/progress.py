"""How far a run is, in one small file that it keeps writing: for those who watch from outside.

`logs/progress.json` is replaced as a whole, so a reader needs no lock and never sees half of it. It
is of the last run that was started; `updated` tells whether that still lives. A partition has a
file of its own, `logs/progress-p2of8.json`, until a run over the whole workspace begins.
"""

import json
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Final

from pydantic import TypeAdapter, ValidationError

from pipeline.engine.events import Event, PackDone, StageEnded, StageStarted
from pipeline.errors import StorageError
from pipeline.partition import Partition
from pipeline.store import Store

FOLDER: Final = "logs"
FILE: Final = "progress.json"
SILENT_SECONDS: Final = 15.0
"""A run that lives says so more often."""


@dataclass
class StageProgress:
    """One stage of a run."""

    stage: str
    units: int
    todo: int
    """Units that this run had to do."""
    done: int = 0
    """Of those."""
    kept: int = 0
    rejected: int = 0
    failed: int = 0
    """Of those that are done; of all of the stage's units when it has ended."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    started: float = 0.0
    """Seconds since 1970; so are the others."""
    ended: float | None = None

    def rate(self, now: float) -> float:
        """Units a second so far."""
        return self.done / max(1e-6, (self.ended or now) - self.started)


@dataclass
class RunProgress:
    """A run as it was when it last said so."""

    run: str
    """The name of its folder below `logs/runs`."""
    host: str
    pid: int
    started: float
    updated: float
    ended: float | None = None
    outcome: str = ""
    """`done`, `stopped`, `halted` or `broken`, once it has ended."""
    stages: list[StageProgress] = field(default_factory=list)
    partition: str = ""
    """What of the workspace it builds, such as `2/8`; empty: all."""

    def take(self, event: Event, now: float) -> None:
        """Count what happened."""
        match event:
            case StageStarted(stage, units, todo):
                self.stages.append(StageProgress(stage, units, todo, started=now))
            case PackDone(_, summary, _):
                at = self.stages[-1]
                at.done += summary.units
                at.kept += summary.kept
                at.rejected += sum(summary.rejected.values())
                at.failed += sum(summary.failed.values())
                at.tokens_in += summary.usage.tokens_in
                at.tokens_out += summary.usage.tokens_out
                at.cost_usd += summary.usage.cost_usd
            case StageEnded(_, counts, _, _, _):
                at = self.stages[-1]
                at.kept = counts.kept
                at.rejected = sum(counts.rejected.values())
                at.failed = sum(counts.failed.values())
                at.ended = now

    def lives(self, now: float) -> bool:
        """Whether it has not ended and was heard of lately."""
        return self.ended is None and now - self.updated < SILENT_SECONDS


_PROGRESS: Final = TypeAdapter(RunProgress)


def begin_progress(store: Store, partition: Partition | None) -> None:
    """Forget the partitions of before, where a run over the whole workspace begins."""
    for name in _files(store):
        if partition is None and name != FILE:
            store.remove(f"{FOLDER}/{name}")


def write_progress(store: Store, progress: RunProgress) -> None:
    partition = Partition.read(progress.partition) if progress.partition else None
    name = f"progress-{partition.scope}.json" if partition else FILE
    store.write(f"{FOLDER}/{name}", json.dumps(asdict(progress), separators=(",", ":")).encode())


def read_progress(store: Store) -> list[RunProgress]:
    """What the last run said, or every partition where partitions ran last, in their order.

    None where none ever did, or another version wrote the file.
    """
    found = [p for p in map(partial(_read, store), _files(store)) if p is not None]
    if not found:
        return []
    last = max(found, key=lambda progress: progress.updated)
    same = [p for p in found if _count(p) == _count(last)]
    return sorted(same, key=lambda p: int(p.partition.partition("/")[0] or 0))


def _count(progress: RunProgress) -> str:
    return progress.partition.partition("/")[2]


def _files(store: Store) -> list[str]:
    return [n for n in store.names(FOLDER) if n.startswith("progress") and n.endswith(".json")]


def _read(store: Store, name: str) -> RunProgress | None:
    try:
        return _PROGRESS.validate_json(store.read(f"{FOLDER}/{name}"))
    except ValidationError:
        return None
    except StorageError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None  # a run has begun since it was listed
        raise
