"""Tiny checkpoints, each taught once a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from tests.models import tiny_vlm


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Toys are too small to share among threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qwen2.5-VL, taught about one frame."""
    return tiny_vlm.qwen(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="session")
def qwen_of_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qwen2.5-VL, taught about three frames together."""
    return tiny_vlm.qwen(tmp_path_factory.mktemp("qwen3"), frames=3)


@pytest.fixture(scope="session")
def smolvlm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SmolVLM2."""
    return tiny_vlm.smolvlm(tmp_path_factory.mktemp("smolvlm"))
