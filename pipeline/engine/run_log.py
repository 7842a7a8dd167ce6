"""The log of a run: JSON lines, a file for the run and one for each stage, cut into pieces.

    logs/runs/<start>-<name>/run-00001.jsonl       stages started and ended, the end of the run
    logs/runs/<start>-<name>/<stage>-00001.jsonl   a line for every unit: time, id, key, outcome
    logs/runs/<start>-<scope>-<name>/...           of a partition

Lines are gathered, and every few seconds the piece at hand is replaced by a longer one, because
object storage cannot append; a killed run loses the last of them, and nothing of its results. Of a
stage the last few pieces stay, of runs the last few, of each partition likewise. A line holds what
the ledger holds: no setting, no secret.
"""

import json
import os
import platform
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pipeline.engine.events import Event, PackDone, StageEnded, StageStarted
from pipeline.engine.progress import RunProgress, begin_progress, write_progress
from pipeline.errors import StorageError
from pipeline.partition import Partition
from pipeline.store import Store

FOLDER: Final = "logs/runs"
RUN: Final = "run"
PIECE_BYTES: Final = 512 << 10
PIECES: Final = 16
"""Of one stage of a run."""
RUNS: Final = 10
FLUSH_SECONDS: Final = 5.0
BEAT_SECONDS: Final = 2.0
"""Between two looks at what there is to write."""

Outcome = Literal["done", "stopped", "halted", "broken"]


@dataclass
class RunLog:
    """Writes what a run tells; a listener."""

    store: Store
    progress: RunProgress
    outcome: Outcome = "broken"
    """How the run ends, unless it says otherwise."""
    _pieces: dict[str, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    """The piece at hand, by the name of its file."""
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(lambda: 1))
    _changed: set[str] = field(default_factory=set)
    _flushed: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self, event: Event) -> None:
        now = time.time()
        with self._lock:
            self.progress.take(event, now)
            match event:
                case StageStarted(stage, units, todo):
                    self._add(RUN, now, event="stage_started", stage=stage, units=units, todo=todo)
                case PackDone():
                    self._units(event, now)
                case StageEnded(stage, counts, ran, seconds, usage):
                    self._add(
                        RUN,
                        now,
                        event="stage_ended",
                        stage=stage,
                        units=counts.units,
                        kept=counts.kept,
                        rejected=dict(counts.rejected),
                        failed=dict(counts.failed),
                        ran=ran,
                        seconds=round(seconds, 3),
                        tokens_in=usage.tokens_in,
                        tokens_out=usage.tokens_out,
                        cost_usd=usage.cost_usd,
                    )

    def _units(self, event: PackDone, now: float) -> None:
        troubles = {trouble.place: trouble for trouble in event.summary.troubles}
        seconds = round(event.summary.seconds / max(1, event.summary.units), 4)
        for place, (unit, key) in enumerate(zip(event.pack.ids, event.pack.keys, strict=True)):
            said: dict[str, Any] = {"unit": unit, "key": key.hex(), "status": "kept"}
            trouble = troubles.get(place)
            if trouble is not None:
                said |= {"status": trouble.status, "code": trouble.code}
                said["message"] = trouble.message
            self._add(event.stage, now, **said, seconds=seconds)

    def _add(self, name: str, now: float, **said: Any) -> None:
        line = json.dumps({"time": _iso(now), **said}, ensure_ascii=False, separators=(",", ":"))
        self._pieces[name] += line.encode(errors="backslashreplace") + b"\n"
        self._changed.add(name)
        if len(self._pieces[name]) >= PIECE_BYTES:
            self._write(name)
            self._pieces[name].clear()
            self._numbers[name] += 1

    def _flush(self, now: float) -> None:
        """Write what was gathered."""
        for name in sorted(self._changed):
            self._write(name)
        self._flushed = now
        self._tell(now)

    def _write(self, name: str) -> None:
        number = self._numbers[name]
        self._changed.discard(name)
        # What the disk does not take is lost to the log: the run itself will say why.
        with suppress(StorageError):
            self.store.write(self._name(name, number), bytes(self._pieces[name]))
            if number > PIECES:
                self.store.remove(self._name(name, number - PIECES))

    def _tell(self, now: float) -> None:
        self.progress.updated = now
        with suppress(StorageError):
            write_progress(self.store, self.progress)

    def _name(self, name: str, number: int) -> str:
        return f"{FOLDER}/{self.progress.run}/{name}-{number:05}.jsonl"

    def begin(self, now: float) -> None:
        self._add(RUN, now, event="run_started", host=self.progress.host, pid=self.progress.pid)
        self._flush(now)

    def beat(self) -> None:
        """Say every now and then that the run lives; in a thread of its own."""
        while not self._ended.wait(BEAT_SECONDS):
            now = time.time()
            with self._lock:
                if now - self._flushed > FLUSH_SECONDS and self._changed:
                    self._flush(now)
                else:
                    self._tell(now)

    def end(self) -> None:
        """Write the rest."""
        self._ended.set()
        now = time.time()
        with self._lock:
            self.progress.ended, self.progress.outcome = now, self.outcome
            self._add(RUN, now, event="run_ended", outcome=self.outcome)
            self._flush(now)


@contextmanager
def run_log(store: Store, partition: Partition | None = None) -> Iterator[RunLog]:
    """The log of the run that the block is; only for the holder of the workspace's lock."""
    now = time.time()
    scope = f"-{partition.scope}" if partition else ""
    began = datetime.fromtimestamp(now, UTC)
    # To the millisecond: names sort as the runs began, and the oldest go.
    stamp = f"{began:%Y%m%dT%H%M%S}.{began.microsecond // 1000:03d}Z"
    name = f"{stamp}{scope}-{uuid.uuid4().hex[:6]}"
    progress = RunProgress(name, platform.node(), os.getpid(), now, now)
    progress.partition = str(partition or "")
    log = RunLog(store, progress)
    _tidy(store, partition)
    begin_progress(store, partition)
    log.begin(now)
    thread = threading.Thread(target=log.beat, name="run log", daemon=True)
    thread.start()
    try:
        yield log
    finally:
        log.end()
        thread.join()


def _tidy(store: Store, partition: Partition | None) -> None:
    """Leave room for one more run of the partition, or of each where nobody else runs."""
    by_scope: dict[str, list[str]] = defaultdict(list)
    for run in store.folder_names(FOLDER):
        by_scope["".join(run.split("-")[1:-1])].append(run)
    if partition is not None:
        by_scope = {partition.scope: by_scope[partition.scope]}
    for run in (run for runs in by_scope.values() for run in runs[: -(RUNS - 1)]):
        for name in store.names(f"{FOLDER}/{run}"):
            store.remove(f"{FOLDER}/{run}/{name}")
        store.drop_folder(f"{FOLDER}/{run}")


def _iso(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
