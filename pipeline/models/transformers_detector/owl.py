"""OWLv2 and OWL-ViT.

Minderer et al., "Simple Open-Vocabulary Object Detection with Vision Transformers" (2022) and
"Scaling Open-Vocabulary Object Detection" (2023). Boxes come from the picture alone and are scored
against each query apart, so all phrases of a picture go through the model at once.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Final

from pipeline.models.phrases import photo_of
from pipeline.models.transformers_detector.answers import Answer, Pixels, answer, on_cpu

_NO_QUERY: Final = " "
"""Fills the rows with fewer phrases."""


class Owl:
    """See `Family`. The prompt is `a photo of a dog`, from the authors' training and evaluation;
    a phrase too long for that and the text encoder's 16 tokens goes without the template."""

    together = True
    rows_apart = False

    def __init__(self, model: Any, processor: Any) -> None:
        self._model = model
        self._processor = processor
        self._longest = model.config.text_config.max_position_embeddings

    def forward(self, pixels: Pixels, phrases: Sequence[Sequence[str]]) -> Any:
        most = max(map(len, phrases))
        queries = [
            query
            for row in phrases
            for query in [*map(self.query, row), *[_NO_QUERY] * (most - len(row))]
        ]
        text = self._processor.tokenizer(
            queries,
            padding="max_length",
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
        ).to(self._model.device)
        outputs = self._model(
            pixel_values=pixels["pixel_values"],
            input_ids=text["input_ids"],
            attention_mask=text["attention_mask"],
        )
        return on_cpu(outputs.logits), on_cpu(outputs.pred_boxes), [len(row) for row in phrases]

    def query(self, phrase: str) -> str:
        templated = photo_of(phrase)
        tokens = self._processor.tokenizer(
            templated, truncation=True, max_length=self._longest + 1
        )["input_ids"]
        return templated if len(tokens) <= self._longest else phrase

    def read(
        self, outputs: Any, sizes: Sequence[tuple[int, int]], floor: float
    ) -> list[list[Answer]]:
        logits, boxes, counts = outputs
        return [
            [
                self._of_query(logits[row, :, query], boxes[row], sizes[row], floor)
                for query in range(count)
            ]
            for row, count in enumerate(counts)
        ]

    def _of_query(self, logits: Any, boxes: Any, size: tuple[int, int], floor: float) -> Answer:
        """One query at a time: of several, the processor gives each box to the best one alone, and
        so makes the boxes of a phrase depend on its neighbours."""
        one = SimpleNamespace(logits=logits[None, :, None], pred_boxes=boxes[None])
        (found,) = self._processor.post_process_grounded_object_detection(
            one, threshold=floor, target_sizes=[size]
        )
        height, width = size
        return answer(found, (width, height, width, height))
