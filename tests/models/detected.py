"""What a detector found, where nothing of it may have failed."""

from pipeline.models.detector import Detected, ScoredBox
from pipeline.models.failure import ModelFailure


def boxes_of(found: Detected | ModelFailure) -> tuple[tuple[ScoredBox, ...], ...]:
    """The boxes of each phrase."""
    assert isinstance(found, Detected), found
    whole: list[tuple[ScoredBox, ...]] = []
    for boxes in found.boxes:
        assert not isinstance(boxes, ModelFailure), boxes
        whole.append(boxes)
    return tuple(whole)
