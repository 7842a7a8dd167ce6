"""The chain on a cluster of several nodes on this machine: a node that dies, and a poison."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import ray

from pipeline.engine.browse import read_outcome
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import Event, PackDone
from pipeline.engine.stage import Resources
from tests.engine.chain import Run, numbers, stages
from tests.engine.recorded import events, recorded
from tests.fakes.ray_cluster import RunningCluster, ray_cluster

POISON = 666.0
LANES = [pytest.param(False, id="tasks", marks=pytest.mark.slow), pytest.param(True, id="actors")]

pytestmark = pytest.mark.timeout(300)  # the first test waits for the cluster too


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    """Three nodes with a processor each; two tests lose one."""
    with ray_cluster(1, 1, 1) as running:
        yield running


@pytest.fixture
def lanes(cluster: RunningCluster) -> Iterator[RayLanes]:
    joined = RayLanes(cluster.address)
    yield joined
    joined.close()


class _AtFirstPack(list[Event]):
    """Does something in another thread when the first pack has landed."""

    def __init__(self, act: Any) -> None:
        self._thread = threading.Thread(target=act)
        self._begun = False

    def append(self, event: Event) -> None:
        if isinstance(event, PackDone) and not self._begun:
            self._begun = True
            self._thread.start()

    def done(self) -> None:
        self._thread.join()


@pytest.mark.parametrize("model", LANES)
def test_a_poison_that_kills_its_worker_on_every_node_costs_one_unit(
    tmp_path: Path, lanes: RayLanes, model: bool
) -> None:
    values = [1, 2, 3, POISON, 4, 5, 6, 7]
    run = Run(tmp_path / "w", numbers(values), stages(model=model), lanes)
    report = run.go()
    assert report.counts["squares"].failed == {"WorkerDied": 1}
    assert report.counts["squares"].kept == len(values) - 1
    failed = read_outcome(run.planner.workspace, "squares", "n0003")
    assert failed is not None and failed.message.startswith("its worker died twice")


def _another_node() -> str:
    """A node with processors that is not the driver's: one machine tells them by no address."""
    own = ray.get_runtime_context().get_node_id()
    nodes: Any = ray.nodes
    found = [n["NodeID"] for n in nodes() if n["Alive"] and n["Resources"].get("CPU")]
    return str(next(node for node in sorted(found) if node != own))


@pytest.mark.parametrize("model", LANES)
def test_a_node_that_is_lost_in_mid_stage_changes_nothing(
    tmp_path: Path, cluster: RunningCluster, lanes: RayLanes, model: bool
) -> None:
    rows = numbers(list(range(1, 61)))
    stage = recorded(tmp_path, Resources(model=model, workers=3), seconds=0.1)
    run = Run(tmp_path / "w", rows, [stage, stages()[1]], lanes)
    heard = _AtFirstPack(lambda: cluster.kill_node(_another_node()))
    run.events = heard
    report = run.go()
    heard.done()
    assert report.counts["squares"].kept == len(rows)
    assert not report.counts["squares"].failed
    # What the lost node had done before stands; only what it had in flight is done twice.
    assert len(events(tmp_path, "begun")) < len(rows) + 12
    still = Run(tmp_path / "local", rows, [replace(stage), stages()[1]])
    still.go()
    assert run.result() == still.result()
