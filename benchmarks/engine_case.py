"""One case of `benchmarks/engine.py`: build so many trivial units and say what it cost.

python -m benchmarks.engine_case FOLDER UNITS [--ray]
"""

import json
import resource
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.engine.build import Build, LocalLanes
from pipeline.engine.cluster import RayLanes
from pipeline.engine.planner import Planner
from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, Worker, by_column
from pipeline.engine.workspace import Workspace
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import EngineRuntime
from pipeline.records import Record, record

FAN_OUT = 100
"""Units that one input leads to, as one video leads to many frame windows."""


@record
class Item(Record):
    id: str
    count: int


@record
class Number(Record):
    id: str
    value: int


@record
class Double(Record):
    id: str
    value: int


def fan_out(units: Sequence[Unit]) -> Iterable[Outcome]:
    for unit in units:
        item = unit.one(Item)
        yield Kept([Number(id=f"{item.id}/{i:04d}", value=i) for i in range(item.count)])


def double(units: Sequence[Unit]) -> Iterable[Outcome]:
    for unit in units:
        number = unit.one(Number)
        yield Kept([Double(id=number.id, value=2 * number.value)])


def _numbers(blobs: Blobs) -> Worker:
    return fan_out


def _doubles(blobs: Blobs) -> Worker:
    return double


NUMBERS = Stage(
    name="numbers",
    version=1,
    primary=Table(RECIPE, Item, Item),
    split=by_column("id"),
    writes=(Number,),
    identity={},
    worker=_numbers,
)
DOUBLES = Stage(
    name="doubles",
    version=1,
    primary=Table("numbers", Number, Number),
    split=by_column("id"),
    writes=(Double,),
    identity={},
    worker=_doubles,
    pack_units=500,
)


def build(root: Path, units: int, *, on_ray: bool) -> dict[str, float]:
    """Build `units` trivial units and say what the driver spent, Ray's start left out."""
    rows = [Item(id=f"item-{i:09d}", count=FAN_OUT) for i in range(units // FAN_OUT)]
    lanes = RayLanes(cpus=2) if on_ray else LocalLanes()
    if isinstance(lanes, RayLanes):
        lanes.start()
    before, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    workspace = Workspace.at(root)
    with workspace.writing():
        workspace.prepare()
        planner = Planner(workspace, lambda table: rows)
        Build(planner, [NUMBERS, DOUBLES], lanes, EngineRuntime(), lambda event: None).run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mb": after.ru_maxrss / 1024,
        "ray_loaded": float("ray" in sys.modules),
    }


def main() -> None:
    # By name, so that workers import this module: classes of __main__ travel by value.
    from benchmarks import engine_case

    folder, units = Path(sys.argv[1]), int(sys.argv[2])
    print(json.dumps(engine_case.build(folder, units, on_ray="--ray" in sys.argv)))


if __name__ == "__main__":
    main()
