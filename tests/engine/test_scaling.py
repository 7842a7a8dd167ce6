"""What is asked of a cluster that scales itself."""

from typing import Any

import pytest

from pipeline.engine import scaling
from pipeline.engine.stage import Resources


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    requests: list[Any] = []
    monkeypatch.setattr(scaling, "_request", requests.append)
    return requests


def test_room_is_asked_for_all_workers_that_a_recipe_allows(asked: list[Any]) -> None:
    scaling.ask_for(Resources(model=True, workers=2, gpus=1.0))
    scaling.ask_for(Resources(model=True, workers=(1, 3), memory_bytes=10))
    assert asked == [[{"CPU": 1, "GPU": 1.0}] * 2, [{"CPU": 1, "memory": 10}] * 3]


def test_nothing_is_asked_for_where_the_recipe_leaves_it_open(asked: list[Any]) -> None:
    scaling.ask_for(Resources(model=True))
    scaling.ask_for_nothing()
    assert asked == [[], []]
