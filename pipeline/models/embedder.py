"""The embedder protocol: texts in, unit vectors out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Embedder(Protocol):
    """Maps sentences to vectors whose cosine says how alike they are."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Embed texts, at least one, as one batch.

        Returns:
            `len(texts)` x dimensions, each row L2-normalised. The bits may depend on which
            texts are in the batch, so callers make the unit the batch.
        """
        ...
