"""One step of `benchmarks/scale.py`, in a process of its own, since peak memory only ever grows.

    python -m benchmarks.scale_case STEP VIDEOS WORK [CPUS]

STEP is `list`, `run`, `plan` or `status`; a `run` with nothing to do is a second one. Prints one
line of JSON. Memory is the resident set of this process, the driver: workers are other processes.
"""

import contextlib
import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.scale_corpus import played
from pipeline.engine.build import Build
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import Event, PackDone, StageEnded, StageStarted, several
from pipeline.engine.forecast import forecast
from pipeline.engine.run_log import run_log
from pipeline.engine.stage import Stage
from pipeline.engine.status import status
from pipeline.engine.workspace import Workspace
from pipeline.graph import DATASET, planner, stages
from pipeline.inputs import find_inputs
from pipeline.recipe import Recipe
from pipeline.recipe_file import load_recipe
from pipeline.records import Input

RECIPE = Path(__file__).parents[1] / "jobs" / "demo.yaml"


@dataclass
class StageCost:
    """What a stage of the run took."""

    stage: str
    units: int = 0
    ran: int = 0
    packs: int = 0
    seconds: float = 0.0
    driver_cpu_s: float = 0.0
    peak_mb: float = 0.0
    """Of the driver, while it planned, ran and settled this stage."""


@dataclass
class Watch:
    """Keeps what each stage took; a listener."""

    stages: list[StageCost] = field(default_factory=list)
    _packs: Counter[str] = field(default_factory=Counter)
    _wall: float = field(default_factory=time.perf_counter)
    _cpu: float = field(default_factory=time.process_time)

    def __call__(self, event: Event) -> None:
        match event:
            case StageStarted():
                pass
            case PackDone(stage=stage):
                self._packs[stage] += 1
            case StageEnded(stage, counts, ran):
                # Planning comes before `StageStarted`: from one end to the next it is counted.
                wall, cpu = time.perf_counter(), time.process_time()
                self.stages.append(
                    StageCost(
                        stage,
                        counts.units,
                        ran,
                        self._packs[stage],
                        wall - self._wall,
                        cpu - self._cpu,
                        peak_mb(),
                    )
                )
                self._wall, self._cpu = wall, cpu
                forget_peak()


def recipe() -> Recipe:
    """The demo's, with one question a group."""
    return load_recipe(RECIPE, ["questions.per_group=1"])


def chain(settings: Recipe, work: Path) -> list[Stage]:
    return played(stages(settings, (work / DATASET).absolute()))


def run(inputs: list[Input], work: Path, cpus: int) -> dict[str, Any]:
    """Build the dataset, or find that there is nothing to do."""
    workspace, settings = Workspace.at(work), recipe()
    watch = Watch()
    with workspace.writing():
        workspace.prepare()
        lanes = RayLanes(cpus=cpus)
        with run_log(workspace.store) as log:
            listen = several(log, watch)
            plan = planner(workspace, inputs)
            Build(plan, chain(settings, work), lanes, settings.runtime.engine, listen).run()
            log.outcome = "done"
    return {"stages": [asdict(s) for s in watch.stages], "ray": "ray" in sys.modules}


def step(name: str, videos: Path, work: Path, cpus: int) -> dict[str, Any]:
    """What the step found; how long it took is measured around it."""
    if name == "status":
        entries = status(Workspace.at(work), [s.name for s in chain(recipe(), work)], 5)
        return {"units": sum(e.counts.units for e in entries)}
    inputs = find_inputs([str(videos)])
    if name == "list":
        return {"inputs": len(inputs)}
    if name == "plan":
        settings, workspace = recipe(), Workspace.at(work)
        told = forecast(planner(workspace, inputs), chain(settings, work), cpus)
        return {"new": sum(e.new for e in told)}
    return run(inputs, work, cpus)


@contextlib.contextmanager
def measured(found: dict[str, Any]) -> Iterator[None]:
    """Add the wall clock, the CPU and the peak memory of the block."""
    forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    found |= {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": max([peak_mb(), *(s["peak_mb"] for s in found.get("stages", ()))]),
    }


def peak_mb() -> float:
    """The largest resident set since `forget_peak`, or since the start where Linux is not asked."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> None:
    """Let the next peak be one of what comes now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def main() -> None:
    name, videos, work = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    cpus = int(sys.argv[4]) if len(sys.argv) > 4 else os.cpu_count() or 1
    found: dict[str, Any] = {}
    with measured(found):
        found |= step(name, videos, work, cpus)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
