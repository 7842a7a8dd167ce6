"""Workers that hold models, on real Ray: how many there are, how they are lost, how they end."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from pipeline.engine import ray_lanes, ray_pool, runner
from pipeline.engine.browse import read_outcome
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import Event, PackDone
from pipeline.engine.execute import Executor, Summary
from pipeline.engine.lane import Died, Done
from pipeline.engine.ray_deaths import Death
from pipeline.engine.stage import Resources
from pipeline.errors import ResourceError
from pipeline.store import Store
from tests.engine.chain import Run, numbers
from tests.engine.recorded import (
    KILLS_ONCE,
    LOSES,
    LOSES_ONCE,
    LOST,
    SLOW,
    events,
    recorded,
)

ONE = Resources(model=True, workers=1)


@pytest.fixture(scope="module")
def lanes() -> Iterator[RayLanes]:
    """One Ray session for the module: each start costs seconds."""
    session = RayLanes(cpus=2)
    session.start()
    yield RayLanes(cpus=2)
    session.close()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "POLL_SECONDS", 0.05)


def pids(folder: Path, kind: str) -> list[int]:
    return [event["pid"] for event in events(folder, kind)]


def test_a_pool_grows_under_load_and_lets_go_of_who_is_idle(
    tmp_path: Path, lanes: RayLanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_pool, "IDLE_SECONDS", 0.2)
    stage = recorded(tmp_path, replace(ONE, workers=(1, 2)), seconds=0.05)
    report = Run(tmp_path / "w", numbers([*[1.0] * 30, SLOW]), [stage], lanes).go()
    assert report.counts["squares"].kept == 31
    assert len(set(pids(tmp_path, "made"))) == 2
    assert sorted(pids(tmp_path, "closed")) == sorted(pids(tmp_path, "made"))
    slow = events(tmp_path, "done")[-1]
    first = events(tmp_path, "closed")[0]
    assert first["pid"] != slow["pid"]
    assert first["time"] < slow["time"], "its processor is free while the last pack is done"


def test_no_more_workers_than_the_recipe_allows_and_no_gpu_where_there_is_none(
    tmp_path: Path, lanes: RayLanes
) -> None:
    stage = recorded(tmp_path, replace(ONE, gpus=None))
    report = Run(tmp_path / "w", numbers([1.0] * 8), [stage], lanes).go()
    assert report.counts["squares"].kept == 8
    assert len(set(pids(tmp_path, "begun"))) == 1


def test_a_worker_that_loses_its_device_once_costs_nothing(tmp_path: Path, lanes: RayLanes) -> None:
    stage = recorded(tmp_path, replace(ONE, packs=4))
    report = Run(tmp_path / "w", numbers([1, 2, LOSES_ONCE, 3, 4]), [stage], lanes).go()
    assert report.counts["squares"].kept == 5
    first, second = [e["pid"] for e in events(tmp_path, "begun") if e["unit"] == "n0002"]
    assert first != second


@pytest.mark.parametrize("packs", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_a_unit_that_loses_every_device_fails_with_what_the_worker_said(
    tmp_path: Path, lanes: RayLanes, packs: int
) -> None:
    stage = recorded(tmp_path, replace(ONE, packs=packs))
    run = Run(tmp_path / "w", numbers([1, 2, LOSES, 3, 4]), [stage], lanes)
    report = run.go()
    assert report.counts["squares"].failed == {"WorkerDied": 1}
    assert report.counts["squares"].kept == 4
    failed = read_outcome(run.planner.workspace, "squares", "n0002")
    assert failed is not None
    assert failed.message == f"its worker died twice ({LOST})"


def test_what_was_done_before_a_worker_died_is_not_done_again(
    tmp_path: Path, lanes: RayLanes
) -> None:
    values = [KILLS_ONCE, *range(1, 20)]
    stage = recorded(tmp_path, replace(ONE, packs=4), seconds=0.01)
    report = Run(tmp_path / "w", numbers(values), [stage], lanes).go()
    assert report.counts["squares"].kept == len(values)
    begun = Counter(event["unit"] for event in events(tmp_path, "begun"))
    assert begun.pop("n0000") == 2
    assert set(begun.values()) == {1}


def test_packs_that_landed_with_a_death_are_not_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lanes: RayLanes
) -> None:
    """Both in one look of the driver, the death first: no test with processes can time that."""
    lanes.start()
    stage = recorded(tmp_path, replace(ONE, packs=4))
    summary = Summary(1, 1)
    death = Death("ActorDiedError")
    results: dict[Any, Any] = {"a": death, "b": summary, "c": death}
    packs: dict[Any, Any] = {name: f"pack {name}" for name in "abcd"}
    buried: list[str] = []

    class Pool:
        resources = stage.resources

        def bury(self, dead: str) -> None:
            buried.append(dead)

        def shrink(self, load: Any) -> None:
            pass

    pool: Any = Pool()
    lane = ray_lanes.ActorLane("identity", Executor(stage, "folder", Store(tmp_path)), pool)
    lane._flying = {name: ("actor", pack) for name, pack in packs.items()}
    monkeypatch.setattr(ray_lanes, "_landed", lambda flying, timeout: list("abc"))
    monkeypatch.setattr(ray_lanes, "_result", lambda ref: results[ref])
    done, died = lane.wait(0.0)
    assert isinstance(done, Done)
    assert isinstance(died, Died)
    assert done.pack == packs["b"]
    assert died.packs == [packs["a"], packs["c"], packs["d"]]
    assert buried == ["actor"]


class _CtrlC(list[Event]):
    """Hears of the first pack, and stops the run."""

    def __init__(self, stop: Flag) -> None:
        self._stop = stop

    def append(self, event: Event) -> None:
        if isinstance(event, PackDone):
            self._stop.set()


def test_a_drained_run_closes_its_workers_too(tmp_path: Path, lanes: RayLanes) -> None:
    run = Run(tmp_path / "w", numbers([1.0] * 60), [recorded(tmp_path, ONE, seconds=0.05)], lanes)
    run.events = _CtrlC(run.stop)
    report = run.go()
    assert report.stopped
    assert 0 < len(events(tmp_path, "done")) < 60
    assert pids(tmp_path, "closed") == pids(tmp_path, "made")


@pytest.mark.parametrize(("session", "closed"), [(False, 2), (True, 1)])
def test_the_next_stage_takes_over_the_process_and_what_its_session_keeps(
    tmp_path: Path, lanes: RayLanes, session: bool, closed: int
) -> None:
    first = recorded(tmp_path, replace(ONE, session=session))
    second = replace(first, name="again")
    Run(tmp_path / "w", numbers([1.0, 2.0]), [first, second], lanes).go()
    assert len(events(tmp_path, "made")) == 2
    assert len(set(pids(tmp_path, "made"))) == 1
    assert len(events(tmp_path, "closed")) == closed
    if not session:
        (_, later), (earlier, _) = events(tmp_path, "made"), events(tmp_path, "closed")
        assert earlier["time"] < later["time"], "its memory is free before the next is loaded"


SERVER = Resources(model=True, gpus=None, session=True)


@pytest.mark.parametrize(
    ("resources", "room"),
    [(SERVER, 1), (replace(SERVER, workers=(1, 2)), 2), (replace(SERVER, session=False), 2)],
)
def test_a_server_without_a_gpu_has_its_machine_to_itself(
    tmp_path: Path, lanes: RayLanes, resources: Resources, room: int
) -> None:
    executor = Executor(recorded(tmp_path, resources), "folder", Store(tmp_path))
    assert lanes.lane("identity", executor).workers == room


def test_a_gpu_that_is_not_there_is_refused_with_the_numbers(
    tmp_path: Path, lanes: RayLanes
) -> None:
    stage = recorded(tmp_path, replace(ONE, gpus=1.0))
    told = (
        r"stage squares needs 1 CPUs, 1 GPUs and 0\.0 GB for one worker; the cluster has 2 CPUs, 0 "
    )
    with pytest.raises(ResourceError, match=told):
        Run(tmp_path / "w", numbers([1.0]), [stage], lanes).go()
