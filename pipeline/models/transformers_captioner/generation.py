"""What the model writes: `generate` with explicit settings, nothing of the checkpoint's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import GenerationConfig

from pipeline.errors import RecipeError
from pipeline.models.transformers_captioner.batch import Inputs
from pipeline.models.transformers_captioner.loading import LoadedModel
from pipeline.models.transformers_captioner.prompt import Prompt
from pipeline.models.transformers_captioner.sampling import sampling
from pipeline.recipe import TransformersCaptionerSettings


@dataclass(frozen=True, slots=True)
class Written:
    """One row of what was generated."""

    text: str
    tokens: int
    """Generated, the one that ends the text included."""
    ended: bool
    """False: the answer was cut off."""


class Generation:
    """Only one thread calls it, always the same: CUDA graphs belong to the thread they are from."""

    def __init__(
        self, loaded: LoadedModel, settings: TransformersCaptionerSettings, *, compiled: bool
    ) -> None:
        """
        Args:
            compiled: give the model a cache of fixed size, for which transformers compiles
                decoding where there is a GPU.

        Raises:
            RecipeError: no token of the model ends a text.
        """
        self._model = loaded.model
        self._tokenizer = loaded.processor.tokenizer
        self._settings = settings
        self._config = generation_config(
            self._model.generation_config, self._tokenizer, settings.max_tokens
        )
        self._config.cache_implementation = "static" if compiled else None
        # `generate` fills what a call leaves open from here.
        self._model.generation_config = self._config
        self._ends = torch.tensor(self._config.eos_token_id)

    def __call__(self, prompts: Sequence[Prompt], inputs: Inputs) -> list[Written]:
        """What the model writes for each prompt; `inputs` may have further rows, which fill up."""
        noise = sampling(prompts, self._settings, inputs["input_ids"].device)
        with torch.inference_mode():
            written = self._model.generate(
                **inputs, generation_config=self._config, logits_processor=noise
            )
        rows = written[: len(prompts), inputs["input_ids"].shape[1] :].cpu()
        return [self._read(row) for row in rows]

    def _read(self, row: torch.Tensor) -> Written:
        ends = torch.isin(row, self._ends).nonzero()
        ended = len(ends) > 0
        length = int(ends[0]) if ended else len(row)
        text = self._tokenizer.decode(row[:length], skip_special_tokens=True)
        return Written(str(text), length + ended, ended)


def generation_config(own: GenerationConfig, tokenizer: Any, max_tokens: int) -> GenerationConfig:
    """Greedy, with the checkpoint's special tokens and tokens it must not write, and no more.

    A checkpoint's own temperature, top_k or repetition penalty would change captions without
    standing in any recipe.

    Args:
        own: the checkpoint's.

    Raises:
        RecipeError: no token ends a text, so that every caption would be cut off.
    """
    listed = own.eos_token_id if isinstance(own.eos_token_id, list) else [own.eos_token_id]
    ends = sorted({e for e in (*listed, tokenizer.eos_token_id) if e is not None})
    if not ends:
        raise RecipeError(
            "captioner.model: neither generation_config.json nor the tokenizer of the model names "
            "an end-of-text token (eos_token_id), so no caption would come to its end"
        )
    pad = next(p for p in (own.pad_token_id, tokenizer.pad_token_id, ends[0]) if p is not None)
    return GenerationConfig(  # type: ignore[no-untyped-call]
        max_new_tokens=max_tokens,
        do_sample=False,
        num_beams=1,
        bos_token_id=own.bos_token_id,
        eos_token_id=ends,
        pad_token_id=pad,
        bad_words_ids=own.bad_words_ids,
        suppress_tokens=own.suppress_tokens,
    )
