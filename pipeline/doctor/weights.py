"""The weights that a recipe's models need from a hub: whether they are here, and fetching them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from pipeline.errors import MissingDependencyError
from pipeline.models.sentence_embedder import EMBEDDED
from pipeline.recipe import (
    ASKED,
    EndpointModel,
    Recipe,
    TransformersCaptionerSettings,
    TransformersDetectorSettings,
)

_OTHER_FRAMEWORKS: Final = ("*.h5", "*.msgpack", "*.ot", "*.onnx", "onnx/*", "openvino/*")
_PICKLED: Final = ("*.bin", "*.pt", "*.pth", "original/*")
"""The same weights again, where there are safetensors."""


@dataclass(frozen=True)
class Weights:
    """A model on a hub, or in a folder."""

    section: str
    model: str
    revision: str | None

    @property
    def name(self) -> str:
        """As checks name it."""
        return f"{self.model}@{self.revision[:8]}" if self.revision else self.model


def needed(recipe: Recipe) -> Iterator[Weights]:
    """The weights that the recipe's own processes load; endpoints of others have theirs."""
    identity = recipe.identity
    if identity.embedder.model not in EMBEDDED:
        yield Weights("embedder", identity.embedder.model, identity.embedder.revision)
    if identity.clip.model is not None:
        yield Weights("clip", identity.clip.model, identity.clip.revision)
    for section in ASKED:
        settings = getattr(identity, section)
        local = isinstance(settings, TransformersCaptionerSettings | TransformersDetectorSettings)
        served = isinstance(settings, EndpointModel) and settings.kind == "server"
        if local or served:
            yield Weights(section, settings.model, settings.revision)


def here(weights: Weights) -> Path | None:
    """The folder that holds them whole; None where there is none. Asks nobody.

    Raises:
        MissingDependencyError: huggingface_hub, which knows where they would be, is not installed.
    """
    folder = Path(weights.model).expanduser()
    if folder.exists():
        return folder
    hub = _hub()
    try:
        found = hub.snapshot_download(
            weights.model,
            revision=weights.revision,
            local_files_only=True,
            ignore_patterns=[*_OTHER_FRAMEWORKS, *_PICKLED],
        )
    except (OSError, ValueError):  # not there, not whole, or no name that a hub could have
        return None
    return Path(found)


def fetch(weights: Weights) -> Path:
    """Bring them here, as far as they are not; what was fetched before an error stays.

    Raises:
        MissingDependencyError: the hub does not have them, or cannot be reached.
    """
    hub = _hub()
    try:
        names = hub.list_repo_files(weights.model, revision=weights.revision)
        safe = any(name.endswith(".safetensors") for name in names)
        unwanted = [*_OTHER_FRAMEWORKS, *(_PICKLED if safe else ())]
        found = hub.snapshot_download(
            weights.model, revision=weights.revision, ignore_patterns=unwanted
        )
    except (OSError, ValueError) as error:
        raise MissingDependencyError(
            f"the weights of {weights.section}.model {weights.name} could not be fetched: "
            f"{' '.join(str(error).split())[:300]}"
        ) from error
    return Path(found)


def _hub() -> ModuleType:
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "weights of a hub need the package huggingface_hub: install demitasse with its extra "
            "`models`"
        ) from error
    return huggingface_hub
