"""A stage of one number a unit whose workers write down what becomes of them."""

import json
import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.engine.stage import Blobs, Resources, Stage, Unit
from pipeline.errors import DeviceLostError
from pipeline.outcome import Kept, Outcome
from tests.engine.chain import NumberValue, Square, stages

LOST = "the device is lost (CUDA error: unspecified launch failure)"

SLOW, LOSES, LOSES_ONCE, KILLS_ONCE = 900.0, 901.0, 902.0, 903.0
"""Numbers that take a second and a half; lose their worker's device; kill its process."""


@dataclass
class Recorded:
    """A worker with a file for all that its kind does; told of the process that does it."""

    folder: Path
    seconds: float

    def __post_init__(self) -> None:
        self._write("made", device=os.environ.get("CUDA_VISIBLE_DEVICES"))

    def __call__(self, units: Sequence[Unit]) -> Iterable[Outcome]:
        for unit in units:
            row = unit.one(NumberValue)
            self._write("begun", unit=unit.id)
            self._suffer(row)
            self._write("done", unit=unit.id)
            yield Kept([Square(id=row.id, group=row.group, value=row.value, comment="")])

    def close(self) -> None:
        self._write("closed")

    def _suffer(self, row: NumberValue) -> None:
        time.sleep(1.5 if row.value == SLOW else self.seconds)
        if row.value in (LOSES_ONCE, KILLS_ONCE):
            marker = self.folder / row.id
            if marker.exists():
                return
            marker.touch()
        if row.value in (LOSES, LOSES_ONCE):
            raise DeviceLostError(LOST)
        if row.value == KILLS_ONCE:
            time.sleep(1.0)  # what others have done meanwhile is known by then
            os.kill(os.getpid(), signal.SIGKILL)

    def _write(self, event: str, **more: Any) -> None:
        line = json.dumps({"event": event, "pid": os.getpid(), "time": time.time(), **more})
        with (self.folder / "record.jsonl").open("a") as file:
            file.write(line + "\n")


def events(folder: Path, kind: str) -> list[dict[str, Any]]:
    """What happened, in order."""
    lines = (folder / "record.jsonl").read_text().splitlines()
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def _make(folder: Path, seconds: float, blobs: Blobs) -> Recorded:
    return Recorded(folder, seconds)


def recorded(folder: Path, resources: Resources, *, seconds: float = 0.0) -> Stage:
    """The stage `squares` of the chain with such workers, a unit a pack."""
    (squares, _) = stages()
    worker = partial(_make, folder, seconds)
    return replace(squares, worker=worker, resources=resources, pack_units=1)
