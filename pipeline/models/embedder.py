"""The embedder protocol: texts in, unit vectors out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pipeline.recipe import EmbedderSettings


class Embedder(Protocol):
    """Maps sentences to vectors whose cosine says how alike they are."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Embed texts, at least one, as one batch.

        Returns:
            `len(texts)` x dimensions, each row L2-normalised. The bits may depend on which
            texts are in the batch, so callers make the unit the batch.
        """
        ...


def embedder_revision(settings: EmbedderSettings) -> str:
    """What stands for the model's weights in a stage's identity; loads nothing.

    Raises:
        RecipeError: the model's name is neither embedded, nor a folder, nor has a revision.
    """
    match settings.kind:
        case "sentence-transformers":
            from pipeline.models.sentence_embedder import source

            return source(settings).revision


def load_embedder(settings: EmbedderSettings) -> Embedder:
    """Load the embedder that the recipe names.

    Raises:
        RecipeError: the model's name is neither embedded, nor a folder, nor has a revision.
        MissingDependencyError: a package or its model is not installed.
    """
    match settings.kind:
        case "sentence-transformers":
            from pipeline.models.sentence_embedder import SentenceEmbedder

            return SentenceEmbedder(settings)
