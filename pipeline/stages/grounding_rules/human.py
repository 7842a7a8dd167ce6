"""Boxes that a human drew: they stand, and what they cover is no other item's."""

from collections.abc import Mapping, Sequence

from pipeline.stages.grounding_rules.assign import overlap
from pipeline.stages.grounding_rules.views import HumanBox, Proposal, Reasoning


def drawn(evidence: Reasoning, boxes: Sequence[HumanBox]) -> dict[str, HumanBox]:
    """The human's boxes by item; one of an item or a frame that the evidence no longer has is of
    no use, and is reported where overrides are."""
    named = {item.item for item in evidence.key_items}
    return {b.item: b for b in boxes if b.item in named and b.frame in evidence.core_frames}


def left(
    evidence: Reasoning,
    proposals: Sequence[Proposal],
    by_human: Mapping[str, HumanBox],
    min_overlap: float,
) -> list[Proposal]:
    """The proposals that no human's box covers.

    Of the phrase's proposals on the frame each box takes the one that it overlaps most, if by
    `min_overlap` at least: the detector saw the same object.
    """
    free = {proposal.id: proposal for proposal in proposals}
    for item in evidence.key_items:
        box = by_human.get(item.item)
        if box is None:
            continue
        here = [p for p in free.values() if p.mention == f"{box.frame}#{item.phrase}"]
        pairs = [(overlap(box.bbox, p.bbox), p.id) for p in here]
        closest, name = max(pairs, default=(0.0, ""))
        if name and closest >= min_overlap:
            del free[name]
    return list(free.values())
