"""What consumers train: a tiny model, made once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of Qwen2.5-VL that was taught nothing."""
    from tests.models import tiny_vlm

    return tiny_vlm.new_qwen(tmp_path_factory.mktemp("qwen"))


@pytest.fixture(scope="session")
def processor(qwen: Path) -> Any:
    """The checkpoint's processor."""
    import transformers

    loader: Any = transformers.AutoProcessor
    return loader.from_pretrained(qwen)


@pytest.fixture(autouse=True, scope="module")
def offline() -> Iterator[None]:
    """TRL's trainers tell the hub that they are used, unless the hub's client is offline."""
    from huggingface_hub import constants

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_OFFLINE", True)
        yield


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Toys are too small to share among threads."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
