"""What passes through the captions stage leaves nothing behind, on real Ray."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.engine.cluster import RayLanes
from tests.stages.many_frames import caption


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    lanes = RayLanes(cpus=2)
    lanes.start()
    yield
    lanes.close()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("ray")
@pytest.mark.parametrize("frames", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_frames_of_a_slow_captioner(
    tmp_path: Path, frames: int
) -> None:
    # 65 and 655 MB of pictures pass; 64 calls of four are in flight and 256 wait.
    watch = caption(tmp_path, frames, together=4, delay=0.1)
    assert max(sample.store for sample in watch.samples) < 1, "rows and pictures go by reference"
    growth = watch.growth()
    assert growth["store"] < 1
    assert growth["driver"] < 30
    assert growth["worker"] < 120
