"""Servers whose starts and ends are quick, and a test that leaves none behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.llm.server import guard, managed
from tests.fakes.processes import Servers, zombies


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    monkeypatch.setattr(managed, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(managed, "_ASK_SECONDS", 0.5)
    monkeypatch.setattr(guard, "GRACE_SECONDS", 1.0)
    found = Servers(tmp_path / "record.jsonl")
    yield found
    assert found.gone(), found.left
    assert not zombies()
