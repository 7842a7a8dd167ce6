"""What tests of models share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny detector of each family, made once; tests only read it."""
    from tests.models import tiny_detectors

    root = tmp_path_factory.mktemp("detectors")
    return {
        family: tiny_detectors.make(family, root / family) for family in tiny_detectors.FAMILIES
    }
