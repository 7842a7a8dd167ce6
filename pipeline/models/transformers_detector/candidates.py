"""From what a detector answers to a phrase's candidates: inside, good enough, once, in order."""

from typing import Final

import numpy as np
import torch
from torchvision.ops import nms

from pipeline.models.detector import ScoredBox
from pipeline.models.transformers_detector.answers import Answer
from pipeline.recipe import TransformersDetectorSettings

DIGITS: Final = 4
"""Decimals kept of scores and coordinates, as of the embedded detector's."""


def candidates(found: Answer, settings: TransformersDetectorSettings) -> tuple[ScoredBox, ...]:
    """The best boxes of one phrase, best first.

    They are clipped to the frame and rounded before anything else, so that all that follows is a
    function of the numbers that are kept; boxes without area are dropped. Equal scores are ordered
    by their boxes.
    """
    boxes = np.clip(found.boxes.astype(np.float64), 0.0, 1.0).round(DIGITS)
    scores = found.scores.astype(np.float64).round(DIGITS)
    inside = (boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])
    good = inside & (scores >= settings.min_score)
    best = sorted(
        (
            ScoredBox((x1, y1, x2, y2), score)
            for (x1, y1, x2, y2), score in zip(
                boxes[good].tolist(), scores[good].tolist(), strict=True
            )
        ),
        key=lambda box: (-box.score, box.bbox),
    )
    return tuple(_apart(best, settings.max_overlap)[: settings.max_candidates])


def _apart(best: list[ScoredBox], max_overlap: float) -> list[ScoredBox]:
    """Those that overlap no better one by more than so much (non-maximum suppression)."""
    if not best:
        return []
    boxes = torch.tensor([box.bbox for box in best], dtype=torch.float64)
    # Ranks in place of scores: of two with equal scores the first stays.
    ranks = torch.arange(len(best), 0, -1, dtype=torch.float64)
    return [best[i] for i in nms(boxes, ranks, max_overlap).tolist()]
