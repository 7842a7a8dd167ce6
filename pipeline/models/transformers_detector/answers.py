"""What a family of detectors is asked, and what it answers before thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

Floats: TypeAlias = npt.NDArray[np.float32]

Pixels: TypeAlias = Mapping[str, torch.Tensor]
"""What an image processor makes of a picture (`pixel_values`, perhaps `pixel_mask`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The boxes of one phrase on one picture, in no order and with no threshold but `floor`."""

    scores: Floats
    """In 0..1."""
    boxes: Floats
    """A row a score: `[x1, y1, x2, y2]`, normalised to the picture; they may reach beyond it."""


class Family(Protocol):
    """A kind of zero-shot detector: its prompt's form, its passes, its boxes' geometry."""

    together: bool
    """Whether all phrases of a picture go through the model in one row: only where the scores of
    one do not depend on the others."""
    rows_apart: bool
    """Whether a row must go through the model without others, for its numbers to be its own."""

    def forward(self, pixels: Pixels, phrases: Sequence[Sequence[str]]) -> Any:
        """One pass over rows: a picture each, and its phrases.

        Args:
            pixels: stacked, on the model's device, in its number format.
            phrases: of each row; one where `together` is false.

        Returns:
            The model's outputs as `read` needs them, on the CPU with 32 bits.
        """
        ...

    def read(
        self, outputs: Any, sizes: Sequence[tuple[int, int]], floor: float
    ) -> list[list[Answer]]:
        """For each row the answer to each of its phrases.

        Args:
            sizes: height and width of each row's picture in pixels.
            floor: scores below may be left out.
        """
        ...


def answer(found: Mapping[str, Any], scale: Sequence[float] = (1.0, 1.0, 1.0, 1.0)) -> Answer:
    """What a processor's post-processing found for one phrase, its boxes divided by `scale`."""
    boxes: Floats = np.asarray(found["boxes"], np.float32).reshape(-1, 4)
    scores: Floats = np.asarray(found["scores"], np.float32)
    return Answer(scores, np.divide(boxes, scale, dtype=np.float32))


def on_cpu(tensor: torch.Tensor) -> torch.Tensor:
    """Read back for post-processing: half precision there would blur boxes further."""
    return tensor.float().cpu()
