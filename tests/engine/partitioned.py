"""A partition of the chain, in a process that waits between taking its lock and building.

python -m tests.engine.partitioned PLACE K/N COUNT CALLS
"""

import sys
from dataclasses import replace
from pathlib import Path

from pipeline.engine.build import Build, LocalLanes, Report
from pipeline.engine.planner import Planner
from pipeline.engine.run_log import run_log
from pipeline.engine.workspace import Workspace
from pipeline.partition import Partition
from pipeline.recipe import EngineRuntime
from pipeline.storage.place import Place, place
from tests.engine.chain import Number, numbers, stages


def videos(count: int) -> list[Number]:
    """Numbers of which each is a group of its own, as a video is; one of seven fails."""
    values = [404.0 if n % 7 == 3 else float(n) for n in range(count)]
    return [replace(row, group=row.id) for row in numbers(values)]


def build(
    root: Place, count: int, partition: Partition | None, calls: Path, *, wait: bool = False
) -> Report:
    """Build so many videos, or what a partition owns of them."""
    workspace = Workspace.at(root, partition)
    mine = [row for row in videos(count) if partition is None or partition.owns(row.id)]
    with workspace.writing():
        workspace.prepare()
        if wait:
            _say("held")
            sys.stdin.readline()
        with run_log(workspace.store, partition) as log:
            planner = Planner(workspace, lambda record: mine)
            runtime = EngineRuntime(compact_parts=2)
            return Build(planner, stages(calls=calls), LocalLanes(), runtime, log).run()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    where, which, how_many, record = sys.argv[1:]
    build(place(where), int(how_many), Partition.read(which), Path(record), wait=True)
