"""N runs over one workspace do together what one does, and nothing twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine.browse import read_outcomes, read_table
from pipeline.engine.build import Build, LocalLanes
from pipeline.engine.fence import newest_tokens
from pipeline.engine.planner import Planner
from pipeline.engine.progress import read_progress
from pipeline.engine.status import status
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError, WorkspaceBusyError
from pipeline.partition import Partition, all_of
from pipeline.recipe import EngineRuntime
from pipeline.storage.place import Place, Url
from tests.engine.chain import Number, Run, Sum, numbers, stages
from tests.engine.partitioned import build, videos

COUNT = 20


def sums(root: Place) -> list[dict[str, Any]]:
    return [asdict(row) for row in read_table(Workspace.at(root), "sums", Sum)]


def done(calls: Path) -> Counter[str]:
    return Counter(calls.read_text().splitlines())


def test_partitions_and_then_others_do_nothing_twice(tmp_path: Path) -> None:
    calls, root = tmp_path / "calls", tmp_path / "w"
    build(tmp_path / "whole", COUNT + 1, None, tmp_path / "calls of one")
    for partition in all_of(2):
        build(root, COUNT, partition, calls)
    assert build(root, COUNT, None, calls).ran == {"squares": 0, "sums": 0}
    for partition in all_of(3):
        build(root, COUNT + 1, partition, calls)
    assert build(root, COUNT + 1, None, calls).ran == {"squares": 0, "sums": 0}
    assert sums(root) == sums(tmp_path / "whole")
    assert done(calls) == done(tmp_path / "calls of one")
    assert set(done(calls).values()) == {1}


def test_what_partitions_have_planned_counts_before_a_run_over_all(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    root, (first, second) = tmp_path / "w", all_of(2)
    build(root, COUNT, first, calls)
    workspace = Workspace.at(root)
    mine = [row.id for row in videos(COUNT) if first.owns(row.id)]
    saved = workspace.saved_plan("squares")
    assert saved is not None and saved.unit_ids.to_pylist() == mine
    build(root, COUNT, second, calls)
    saved = workspace.saved_plan("squares")
    assert saved is not None
    assert saved.unit_ids.to_pylist() == [row.id for row in videos(COUNT)]
    squares, _ = status(workspace, ["squares", "sums"], 5)
    assert (squares.counts.units, squares.counts.failed) == (COUNT, {"NotFound": 3})
    assert len(read_outcomes(workspace, "squares", [row.id for row in videos(COUNT)])) == COUNT
    assert len(workspace.saved_plans("squares")) == 2
    build(root, COUNT, None, calls)
    assert [*workspace.saved_plans("squares")] == ["stages/squares/plan.parquet"]


def test_of_two_plans_of_a_unit_the_newer_counts(tmp_path: Path) -> None:
    (first, *_), root = all_of(2), tmp_path / "w"
    rows = [row for row in numbers([1, 2, 3, 4]) if first.owns(row.id)]
    Run(root, numbers([1, 2, 3, 4])).go()
    workspace = Workspace.at(root)
    before = workspace.saved_plan("squares")
    changed = Workspace.at(root, first)
    _plan_and_run(changed, [replace(row, value=9.0) for row in rows])
    after = workspace.saved_plan("squares")
    assert before is not None and after is not None
    assert after.unit_ids == before.unit_ids
    kept = [a == b for a, b in zip(after.keys, before.keys, strict=True)]
    assert kept == [not first.owns(name) for name in after.unit_ids.to_pylist()]
    _plan_and_run(changed, rows)
    again = workspace.saved_plan("squares")
    assert again is not None and again.keys == before.keys


def _plan_and_run(workspace: Workspace, rows: list[Number]) -> None:
    with workspace.writing():
        workspace.prepare()
        plan = Planner(workspace, lambda record: rows)
        Build(plan, stages(), LocalLanes(), EngineRuntime(), lambda event: None).run("squares")


def test_a_partition_takes_only_its_own_plan_as_given(tmp_path: Path) -> None:
    build(tmp_path, COUNT, Partition(2, 1), tmp_path / "calls")
    workspace = Workspace.at(tmp_path, Partition(2, 2))
    with pytest.raises(UsageError, match=r"squares has no results of partition 2/2 in .* yet: run"):
        Planner(workspace, lambda record: []).adopt(stages()[0])


def test_a_partition_sweeps_and_compacts_nothing(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    theirs = tmp_path / "tmp" / "of another partition"
    theirs.touch()
    build(tmp_path, COUNT, Partition(2, 1), tmp_path / "calls")
    assert theirs.exists()
    assert not list(tmp_path.rglob("snapshot-*"))
    build(tmp_path, COUNT, None, tmp_path / "calls")
    assert not theirs.exists()
    assert list(tmp_path.rglob("snapshot-*"))


def test_a_partition_without_a_video_ends(tmp_path: Path) -> None:
    (idle,) = [p for p in all_of(2) if not p.owns(videos(1)[0].id)]
    assert build(tmp_path, 1, idle, tmp_path / "calls").ran == {"squares": 0, "sums": 0}
    assert Workspace.at(tmp_path).saved_plan("squares") is not None


@contextmanager
def waiting(root: Place, partition: Partition, calls: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds a partition and builds when it gets a line."""
    arguments = [str(root), str(partition), str(COUNT), str(calls)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.engine.partitioned", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def held(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"


@pytest.fixture(params=["disk", "bucket"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place for a workspace, of either kind."""
    found: Place = (
        request.getfixturevalue("bucket") if request.param == "bucket" else tmp_path / "w"
    )
    return found


def test_two_processes_build_at_once_and_one_is_killed(root: Place, tmp_path: Path) -> None:
    calls, (one, two) = tmp_path / "calls", all_of(2)
    with waiting(root, one, calls) as first, waiting(root, two, calls) as second:
        held(first, second)
        with pytest.raises(WorkspaceBusyError, match=f"process {first.pid} on "):
            build(root, COUNT, one, calls)
        with pytest.raises(WorkspaceBusyError, match=r"built in 2 partitions, [12]/2 by process"):
            build(root, COUNT, Partition(3, 1), calls)
        with pytest.raises(WorkspaceBusyError, match=rf"process ({first.pid}|{second.pid}) on "):
            build(root, COUNT, None, calls)
        os.kill(second.pid, signal.SIGKILL)
        first.communicate("go\n")
        assert first.returncode == 0
    assert [run.partition for run in read_progress(Workspace.at(root).store)] == ["1/2"]
    build(root, COUNT, two, calls)
    assert build(root, COUNT, None, calls).ran == {"squares": 0, "sums": 0}
    assert set(done(calls).values()) == {1}
    build(tmp_path / "whole", COUNT, None, tmp_path / "calls of one")
    assert sums(root) == sums(tmp_path / "whole")
    if isinstance(root, Url):
        tokens = newest_tokens(Workspace.at(root).store.names("leases"))
        assert tokens["p2of2"] > tokens["p1of2"] > 1
