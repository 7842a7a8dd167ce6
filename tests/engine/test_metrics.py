"""Where no Ray runs, or cannot serve metrics, or another one is to follow."""

import os
import sys
from types import SimpleNamespace
from typing import Any

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


def test_a_ray_without_metrics_leaves_the_next_one_of_the_process_free_to_serve_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, told = "RAY_enable_metrics_collection", []

    def init(address: str, **options: Any) -> None:
        told.append((os.environ.get(name), options.get("_metrics_export_port")))

    fake = SimpleNamespace(is_initialized=lambda: False, init=init, shutdown=lambda: None)
    monkeypatch.setitem(sys.modules, "ray", fake)
    monkeypatch.delenv(name, raising=False)
    before = dict(os.environ)
    for port in (None, 8080):
        lanes = RayLanes(metrics_port=port)
        lanes.start()
        lanes.close()
    assert told == [("0", None), ("1", 8080)]
    assert dict(os.environ) == before
    monkeypatch.setenv(name, "0")
    RayLanes(metrics_port=8080).start()
    assert told[-1] == ("0", 8080), "what the user set stands"
