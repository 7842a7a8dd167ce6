"""Where no Ray runs, or cannot serve metrics."""

import pytest

from pipeline.engine import cluster
from pipeline.engine.cluster import RayLanes
from pipeline.engine.events import Counts, PackDone, StageEnded, StageStarted
from pipeline.engine.execute import Summary
from pipeline.engine.metrics import RayMetrics
from pipeline.engine.packs import Pack
from pipeline.errors import MissingDependencyError
from pipeline.outcome import Usage


def test_without_ray_nothing_is_told() -> None:
    metrics = RayMetrics("streets")
    for event in (
        StageStarted("squares", 1, 1),
        PackDone("squares", Summary(1, 1), Pack(("a",), (bytes(16),), (0,), ())),
        StageEnded("squares", Counts(1, 1), 1, 0.1, Usage()),
    ):
        metrics(event)
    assert metrics._made == {}


def test_a_port_without_what_serves_it_is_refused_before_ray_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match="install the extra `cluster`"):
        RayLanes(metrics_port=8080).start()
