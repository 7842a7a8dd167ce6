"""One prompt: consecutive frames, prepared for the model, and the answer that somebody awaits."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

import torch

from pipeline.models.captioner import Captioned
from pipeline.models.failure import ModelFailure
from pipeline.outcome import NOTHING, Usage

Answer = Future[Captioned | ModelFailure]
Shapes = tuple[tuple[str, torch.Size], ...]

LOWER: Final = "captioner.image_pixels, captioner.frames_together or captioner.max_tokens"
"""The settings that make prompts and their answers long."""


@dataclass(eq=False, slots=True)
class Prompt:
    """What the model is asked about some frames."""

    tensors: Mapping[str, torch.Tensor] = field(repr=False)
    """What the processor gives for this prompt alone, on the CPU."""
    frames: int
    seed: int
    """Of frames, attempts of the unit and recipe: the prompt's own, whatever is in its batch."""
    max_tokens: int
    answer: Answer
    attempt: int = 0
    usage: Usage = NOTHING
    """Of earlier attempts."""

    @property
    def tokens_in(self) -> int:
        """Those of pictures included."""
        return int(self.tensors["input_ids"].shape[1])

    @property
    def tokens(self) -> int:
        """What it takes of the model at most."""
        return self.tokens_in + self.max_tokens

    @property
    def shapes(self) -> Shapes:
        """Prompts of equal shapes stack without padding."""
        return tuple(sorted((name, tensor.shape) for name, tensor in self.tensors.items()))


def settle(answer: Answer, outcome: Captioned | ModelFailure | Exception) -> None:
    """Give the answer, unless it was given or nobody awaits it any more."""
    if answer.done() or not answer.set_running_or_notify_cancel():
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
