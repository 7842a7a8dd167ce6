"""Workers on a cluster that has two GPUs, as Ray is told: none is touched."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import ray

from pipeline.engine.cluster import RayLanes
from pipeline.engine.stage import Resources
from pipeline.errors import ResourceError
from tests.engine.chain import Run, numbers
from tests.engine.recorded import events, recorded

MODEL = Resources(model=True, gpus=None)


@pytest.fixture(scope="module")
def lanes() -> Iterator[RayLanes]:
    told: dict[str, Any] = {
        "include_dashboard": False,
        "logging_level": logging.ERROR,
        "log_to_driver": False,
    }
    ray.init("local", num_cpus=4, num_gpus=2, **told)
    yield RayLanes()
    ray.shutdown()


def devices(folder: Path) -> list[str]:
    return sorted(event["device"] for event in events(folder, "made"))


def test_a_worker_gets_a_gpu_of_its_own_where_there_are_any(
    tmp_path: Path, lanes: RayLanes
) -> None:
    stage = recorded(tmp_path, replace(MODEL, workers=(2, 8)), seconds=0.02)
    report = Run(tmp_path / "w", numbers([1.0] * 12), [stage], lanes).go()
    assert report.counts["squares"].kept == 12
    assert devices(tmp_path) == ["0", "1"]


def test_parts_of_a_gpu_share_it(tmp_path: Path, lanes: RayLanes) -> None:
    stage = recorded(tmp_path, replace(MODEL, gpus=0.4, workers=(3, 3)), seconds=0.02)
    Run(tmp_path / "w", numbers([1.0] * 12), [stage], lanes).go()
    assert len(devices(tmp_path)) == 3
    assert set(devices(tmp_path)) == {"0", "1"}


def test_a_model_on_several_gpus_sees_them_all(tmp_path: Path, lanes: RayLanes) -> None:
    stage = recorded(tmp_path, replace(MODEL, gpus=2.0))
    Run(tmp_path / "w", numbers([1.0] * 3), [stage], lanes).go()
    assert devices(tmp_path) == ["0,1"]


def test_more_than_there_are_is_refused_with_the_numbers(tmp_path: Path, lanes: RayLanes) -> None:
    stage = recorded(tmp_path, replace(MODEL, gpus=3.0))
    with pytest.raises(ResourceError, match=r"needs 1 CPUs, 3 GPUs .* has 4 CPUs, 2 GPUs"):
        Run(tmp_path / "w", numbers([1.0]), [stage], lanes).go()
