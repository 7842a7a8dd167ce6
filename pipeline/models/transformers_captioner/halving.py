"""Batches that did not fit the device: halved until they do, and the size remembered."""

import sys
from collections.abc import Callable, Sequence

import torch

from pipeline.models.failure import ModelFailure
from pipeline.models.torch_device import device_errors
from pipeline.models.transformers_captioner.batch import Inputs, Staged
from pipeline.models.transformers_captioner.generation import Written
from pipeline.models.transformers_captioner.prompt import LOWER, Prompt


class Halving:
    """Generates a batch as a whole, or in as few pieces as the device has memory for."""

    def __init__(
        self,
        generate: Callable[[Sequence[Prompt], Inputs], Sequence[Written]],
        stage: Callable[[Sequence[Prompt]], Staged],
        shrink: Callable[[int], None],
    ) -> None:
        """
        Args:
            stage: copies prompts to the device.
            shrink: told the most tokens that later batches may have.
        """
        self._generate = generate
        self._stage = stage
        self._shrink = shrink
        self._most = sys.maxsize
        """Tokens of a batch that may fit."""

    def __call__(self, staged: Staged) -> Sequence[Written | ModelFailure]:
        """What was written for each prompt, in order.

        Raises:
            DeviceLostError: the device answers no more.
        """
        prompts = staged.prompts
        tokens = prompts[0].tokens
        inputs = staged.taken()
        fit = max(1, self._most // tokens)
        # What was staged before the smaller size was known is cut without trying it.
        if len(prompts) <= fit:
            try:
                with device_errors():
                    inputs = inputs or self._stage(prompts).taken()
                    assert inputs is not None, "staged twice"
                    return self._generate(prompts, inputs)
            except torch.OutOfMemoryError:
                pass
            # Only out here does no traceback hold the tensors that did not fit.
            inputs = None
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            if len(prompts) == 1:
                return [_too_large(prompts[0])]
            fit = len(prompts) // 2
            self._most = fit * tokens
            self._shrink(self._most)
        inputs = None
        return [
            result
            for start in range(0, len(prompts), fit)
            for result in self(Staged(prompts[start : start + fit]))
        ]


def _too_large(prompt: Prompt) -> ModelFailure:
    return ModelFailure(
        "OutOfMemory",
        f"a prompt of {prompt.tokens_in} tokens with an answer of up to {prompt.max_tokens} needs "
        f"more memory than the device has: lower {LOWER} in the recipe",
    )
