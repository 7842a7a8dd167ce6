"""Which of a frame's candidate boxes belong to which key items, and why an item has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.recipe import GroundingSettings
from pipeline.records import Bbox, KeyItem
from pipeline.stages.grounding_rules.views import Proposal


@dataclass(frozen=True)
class Placed:
    """A box that is a key item, or may be."""

    item: KeyItem
    proposal: Proposal
    certain: bool
    verified: bool


@dataclass(frozen=True)
class Unplaced:
    """A key item without a box."""

    item: KeyItem
    reason: Literal["not_found", "below_score", "taken", "elsewhere"]


def overlap(a: Bbox, b: Bbox) -> float:
    """Intersection over union."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return both / (sum(areas) - both)


def looks_right(proposal: Proposal, settings: GroundingSettings) -> bool:
    """Whether the crop is like its phrase, and more so than what is around it.

    VideoEspresso (Han et al., 2024, section 3.3) compares label and crop by CLIP; the frame and a
    random crop tell what the scene alone would give. Without CLIP nothing speaks against a box.
    """
    similarity = proposal.clip_similarity
    if similarity is None or proposal.clip_frame is None or proposal.clip_random is None:
        return True
    gain = similarity - max(proposal.clip_frame, proposal.clip_random)
    return similarity >= settings.min_clip and gain >= settings.min_clip_gain


def assign(
    items: Sequence[KeyItem], proposals: Sequence[Proposal], settings: GroundingSettings
) -> list[Placed | Unplaced]:
    """Give the items of one phrase on one frame their boxes, none to two that are placed.

    Items that say where they are choose first, closest pair first, and get one box each. A box
    that does not touch where the item was seen is another object, and one that overlaps it too
    little is given but not verified. The other items may be any of the boxes that are left: each
    gets them all, best score first, and is certain only where one item meets one box.
    """
    ranked = sorted(proposals, key=lambda p: (-p.score, p.id))
    usable = {p.id: p for p in ranked if p.score >= settings.min_score}
    placed = _placed(items, usable, settings)
    taken = {p.proposal.id for p in placed.values()}
    free = [p for name, p in usable.items() if name not in taken]
    others = [item for item in items if item.near is None]
    found: list[Placed | Unplaced] = []
    for item in items:
        if item.item in placed:
            found.append(placed[item.item])
        elif item.near is None and free:
            certain = len(others) == len(free) == 1
            found += [Placed(item, p, certain, looks_right(p, settings)) for p in free]
        else:
            found.append(Unplaced(item, _reason(item, proposals, usable)))
    return found


def _placed(
    items: Sequence[KeyItem], usable: dict[str, Proposal], settings: GroundingSettings
) -> dict[str, Placed]:
    """The items that say where they are and the box that each gets, by the items' names."""
    free = dict(usable)
    seen = {item.item: item for item in items if item.near is not None}
    pairs = sorted(
        (-overlap(item.near, p.bbox), -p.score, item.item, p.id)
        for item in seen.values()
        for p in usable.values()
        if item.near is not None
    )
    placed: dict[str, Placed] = {}
    for negative, _, name, proposal_id in pairs:
        if negative < 0 and name not in placed and proposal_id in free:
            proposal = free.pop(proposal_id)
            there = -negative >= settings.min_overlap
            verified = there and looks_right(proposal, settings)
            placed[name] = Placed(seen[name], proposal, certain=True, verified=verified)
    return placed


def _reason(
    item: KeyItem, proposals: Sequence[Proposal], usable: dict[str, Proposal]
) -> Literal["not_found", "below_score", "taken", "elsewhere"]:
    if not proposals:
        return "not_found"
    if not usable:
        return "below_score"
    if item.near is None:
        return "taken"
    touches = any(overlap(item.near, p.bbox) > 0 for p in usable.values())
    return "taken" if touches else "elsewhere"
