"""OmDet-Turbo: Zhao et al., "Real-time Transformer-based Open-Vocabulary Detection" (2024).

Queries are chosen by their best class and attend to the words of the task, which names all
classes; so each phrase gets a row of its own.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import torch

from pipeline.models.transformers_detector.answers import Answer, Pixels, answer, on_cpu


class OmDetTurbo:
    """See `Family`. The class is the phrase as it is, the task `Detect <phrase>.`."""

    together = False
    rows_apart = False

    def __init__(self, model: Any, processor: Any) -> None:
        self._model = model
        self._processor = processor

    def forward(self, pixels: Pixels, phrases: Sequence[Sequence[str]]) -> Any:
        wanted = [phrase for (phrase,) in phrases]
        classes = self.text(wanted)
        tasks = self.text([f"Detect {phrase}." for phrase in wanted])
        outputs = self._model(
            pixel_values=pixels["pixel_values"],
            classes_input_ids=classes["input_ids"],
            classes_attention_mask=classes["attention_mask"],
            tasks_input_ids=tasks["input_ids"],
            tasks_attention_mask=tasks["attention_mask"],
            classes_structure=torch.ones(len(wanted), dtype=torch.long, device=self._model.device),
        )
        return SimpleNamespace(
            decoder_class_logits=on_cpu(outputs.decoder_class_logits),
            decoder_coord_logits=on_cpu(outputs.decoder_coord_logits),
            classes_structure=[1] * len(wanted),
        )

    def text(self, texts: Sequence[str]) -> Any:
        """As the processor has it, which takes texts with pictures only."""
        return self._processor.tokenizer(
            texts, return_tensors="pt", **self._processor.text_kwargs
        ).to(self._model.device)

    def read(
        self, outputs: Any, sizes: Sequence[tuple[int, int]], floor: float
    ) -> list[list[Answer]]:
        found = self._processor.post_process_grounded_object_detection(
            outputs,
            threshold=floor,
            nms_threshold=1.0,  # all are kept: overlaps are judged alike for every family
            target_sizes=[(1, 1)] * len(sizes),
        )
        return [[answer(one)] for one in found]
