"""Grounding DINO and MM Grounding DINO.

Liu et al., "Grounding DINO" (2023); Zhao et al., "An Open and Comprehensive Pipeline for Unified
Object Grounding and Detection" (2024). Text and picture are fused from the first layers on, so a
phrase's boxes change with whatever else the prompt says: each phrase gets a row of its own.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import torch

from pipeline.models.transformers_detector.answers import Answer, Pixels, answer, on_cpu

_SEPARATORS: Final = str.maketrans(".?", "  ")
"""The model reads what stands between full stops or question marks as a phrase each."""


class GroundingDino:
    """See `Family`. The prompt is the phrase in lower case and a full stop, as its authors ask."""

    together = False

    def __init__(self, model: Any, processor: Any) -> None:
        self._model = model
        self._processor = processor
        self._longest = model.config.max_text_len
        # The fusion layers subtract the greatest attention weight of the whole batch: nothing to
        # 32 bits (tested), the third digit to 16.
        self.rows_apart = model.dtype != torch.float32

    def forward(self, pixels: Pixels, phrases: Sequence[Sequence[str]]) -> Any:
        text = self.text([phrase for (phrase,) in phrases]).to(self._model.device)
        outputs = self._model(**pixels, **text)
        outputs.logits, outputs.pred_boxes = on_cpu(outputs.logits), on_cpu(outputs.pred_boxes)
        outputs.input_ids = text["input_ids"].cpu()
        return outputs

    def text(self, phrases: Sequence[str]) -> Any:
        """Token ids, built by hand where the processor would go wrong.

        Given a list of phrases it joins them to one prompt; and a prompt that its tokenizer cuts
        loses its full stop, without which the last phrase attends to itself or not, depending on
        how far the other rows of the batch make it be padded.
        """
        tokens = self._processor.tokenizer
        stop = tokens.convert_tokens_to_ids(".")
        bare = tokens(
            [phrase.lower().translate(_SEPARATORS) for phrase in phrases],
            add_special_tokens=False,
            truncation=True,
            max_length=self._longest - 3,
        )["input_ids"]
        rows = [[tokens.cls_token_id, *ids, stop, tokens.sep_token_id] for ids in bare]
        return tokens.pad({"input_ids": rows}, return_tensors="pt")

    def read(
        self, outputs: Any, sizes: Sequence[tuple[int, int]], floor: float
    ) -> list[list[Answer]]:
        # No token scores infinity: the words of a box are not asked for.
        found = self._processor.post_process_grounded_object_detection(
            outputs, threshold=floor, text_threshold=math.inf
        )
        return [[answer(one)] for one in found]
