"""What is made of a worker's death, and a cluster that cannot call the driver back."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ray.core.generated import common_pb2
from ray.exceptions import (
    ActorDiedError,
    ActorUnavailableError,
    NodeDiedError,
    RayError,
    WorkerCrashedError,
)

from pipeline.engine.lane import NODE_LOST, Died, Done
from pipeline.engine.ray_deaths import Death, death_of
from pipeline.engine.ray_lanes import QUIET_SECONDS, UNSTARTED, _Watchdog
from pipeline.errors import ClusterError
from tests.fakes.ray_cluster import ray_cluster

REPOSITORY = Path(__file__).parents[2]
_node_died: Any = NodeDiedError
SAID = "The actor is dead because all references to the actor were removed."


def died(said: str, *, never_started: bool = False) -> ActorDiedError:
    messages: Any = common_pb2
    context = messages.ActorDiedErrorContext(
        error_message=said, actor_id=bytes(16), never_started=never_started, pid=7
    )
    return ActorDiedError(context)


@pytest.mark.parametrize(
    ("error", "death"),
    [
        (_node_died("the node is gone"), Death(NODE_LOST)),
        (ActorUnavailableError("no answer", bytes(16)), Death(NODE_LOST)),
        (died("The actor died because its node has died."), Death(NODE_LOST)),
        (died("Its node has died.", never_started=True), Death(NODE_LOST)),
        (died("Worker exits unexpectedly."), Death("ActorDiedError")),
        (died(SAID, never_started=True), Death(SAID.rstrip("."), ran=False)),
        (WorkerCrashedError(), Death("WorkerCrashedError")),
    ],
)
def test_what_a_death_says_of_a_unit(error: RayError, death: Death) -> None:
    assert death_of(error) == death


def test_only_workers_that_end_before_they_run_one_after_another_end_the_build() -> None:
    watchdog = _Watchdog()
    never, crashed = Died([], SAID, ran=False), Died([], "WorkerCrashedError")
    done: Done = object.__new__(Done)
    for between in (crashed, done):
        watchdog.look([never] * (UNSTARTED - 1), 0.0)
        watchdog.look([between], 0.0)
    watchdog.look([], QUIET_SECONDS / 2)
    watchdog.look([never] * (UNSTARTED - 1), 0.0)
    with pytest.raises(ClusterError, match=f"ended {UNSTARTED} workers .* before they ran"):
        watchdog.look([never], 0.0)


_JOINS = """
import sys
from pathlib import Path
from pipeline.engine.cluster import RayLanes
from pipeline.errors import ClusterError
from tests.engine.chain import Run, numbers, stages

own = RayLanes(cpus=1)
own.start()  # Ray wants a token from all who call this process from now on
own.close()
run = Run(Path(sys.argv[1]), numbers([1, 2, 3]), stages(model=True), RayLanes(sys.argv[2]))
try:
    run.go()
except ClusterError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_cluster_without_tokens_that_cannot_call_a_driver_with_one_costs_no_unit(
    tmp_path: Path,
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "RAY_AUTH_MODE"}
    with ray_cluster(1) as cluster:
        done = subprocess.run(
            [sys.executable, "-c", _JOINS, str(tmp_path), cluster.address],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert "set RAY_AUTH_MODE=disabled here too" in done.stdout
    assert not list((tmp_path / "stages").glob("squares/*/*.parquet"))
