"""Pushing in this process, as if a new one had been told the hub's address and a token."""

from pathlib import Path

import pytest
from huggingface_hub import constants
from huggingface_hub.utils._http import close_session
from huggingface_hub.utils.tqdm import disable_progress_bars

from pipeline.publish.folder import published_files
from tests.fakes.dataset_hub import TOKEN, DatasetHub


def at(patch: pytest.MonkeyPatch, hub: DatasetHub, *, xet: bool = False) -> None:
    """Take this hub for the hub, its token for the user's; hf_xet is not installed, or it is."""
    patch.setattr(constants, "ENDPOINT", hub.url)
    path = "/{repo_id}/resolve/{revision}/{filename}"
    patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + path)
    patch.setattr(constants, "HF_HUB_DISABLE_XET", not xet)
    patch.setenv("HF_TOKEN", TOKEN)
    disable_progress_bars()
    close_session()


def published(folder: Path) -> dict[str, bytes]:
    """What a push of this folder is to bring to the hub."""
    return {name: (folder / name).read_bytes() for name in published_files(folder)}
