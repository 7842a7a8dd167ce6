"""The same chain on real Ray: tasks, actors, and workers that die."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.cluster import RayLanes
from pipeline.engine.execute import Executor
from pipeline.engine.packs import Pack
from pipeline.engine.stage import Resources
from pipeline.errors import ResourceError, StorageError
from pipeline.store import Store
from tests.engine.chain import Run, numbers, stages

DEADLY = 666.0


@pytest.fixture(scope="module")
def lanes() -> Iterator[RayLanes]:
    """One Ray session for the module: each start costs seconds."""
    session = RayLanes(cpus=2)
    session.start()
    yield RayLanes(cpus=2)
    session.close()


@pytest.mark.parametrize("model", [False, True], ids=["tasks", "actors"])
def test_a_unit_that_kills_its_worker_twice_is_failed_and_its_neighbours_are_done(
    tmp_path: Path, lanes: RayLanes, model: bool
) -> None:
    values = [1, 2, 3, 4, DEADLY, 5, 6, 7, 8, 13]
    run = Run(tmp_path, numbers(values), stages(model=model), lanes)
    report = run.go()
    assert report.counts["squares"].failed == {"WorkerDied": 1}
    assert report.counts["squares"].rejected == {"unlucky": 1}
    assert report.counts["squares"].kept == len(values) - 2
    local = Run(tmp_path / "local", numbers([0 if v == DEADLY else v for v in values]))
    local.go()
    assert [r["value"] for r in run.result()] == [r["value"] for r in local.result()]


@pytest.mark.parametrize("model", [False, True], ids=["tasks", "actors"])
def test_a_worker_that_dies_once_costs_nothing(
    tmp_path: Path, lanes: RayLanes, model: bool
) -> None:
    values = [1, 2, 3, 667, 4, 5, 6]
    rows = numbers(values, where=str(tmp_path / "marker"))
    run = Run(tmp_path / "w", rows, stages(model=model), lanes)
    assert run.go().counts["squares"].kept == len(values)
    local = Run(tmp_path / "local", rows)
    local.go()
    assert run.result() == local.result()


def test_results_do_not_depend_on_the_lane(tmp_path: Path, lanes: RayLanes) -> None:
    rows = numbers([1, 2, 3, 404, 500, 13])
    on_ray = Run(tmp_path / "ray", rows, lanes=lanes)
    on_ray.go()
    local = Run(tmp_path / "local", rows)
    local.go()
    assert on_ray.result() == local.result()
    assert on_ray.planner.counts == local.planner.counts


def test_an_error_of_the_workspace_comes_back_as_itself(tmp_path: Path, lanes: RayLanes) -> None:
    (tmp_path / "stages").mkdir(parents=True)
    run = Run(tmp_path, numbers([1, 2]), lanes=lanes)
    run.go(last="squares")
    saved = run.planner.workspace.saved_plan("squares")
    assert saved is not None
    folder = tmp_path / "stages" / "squares" / saved.identity
    for part in folder.iterdir():
        part.unlink()
    folder.rmdir()
    folder.write_text("a file where a folder must be")
    with pytest.raises(StorageError):
        Run(tmp_path, numbers([1, 2, 3]), lanes=lanes).go()


@pytest.mark.parametrize("model", [False, True], ids=["tasks", "actors"])
def test_a_node_that_does_not_see_the_workspace_is_refused(
    tmp_path: Path, lanes: RayLanes, model: bool
) -> None:
    stage = stages(model=model)[0]
    executor = Executor(stage, "folder", Store(tmp_path / "elsewhere"))
    lane = lanes.lane("not seen", executor)
    lane.submit(Pack(("n0000",), (b"",), (0,), ()))
    with pytest.raises(StorageError, match=r"node \S+ does not see workspace .*elsewhere: take"):
        while not lane.wait(1.0):
            pass
    lane.close()


def test_what_cannot_fit_is_refused_with_the_numbers(tmp_path: Path, lanes: RayLanes) -> None:
    (squares, _) = stages()
    from dataclasses import replace

    greedy = replace(squares, resources=Resources(cpus=64))
    run = Run(tmp_path, numbers([1]), [greedy], lanes)
    with pytest.raises(ResourceError, match=r"stage squares needs 64 CPUs.*has 2 CPUs"):
        run.go()
