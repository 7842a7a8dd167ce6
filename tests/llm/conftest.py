"""What tests of the endpoint client share."""

import pytest

from pipeline.llm import calls, limits


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between attempts are milliseconds; how they grow stays as it is."""
    monkeypatch.setattr(calls, "FIRST_WAIT", 0.002)
    monkeypatch.setattr(limits, "FIRST_PAUSE", 0.01)
