"""Writing evidence: for each cited moment, the objects that the answer rests on and where."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.models.program.observations import Moment, distinct, observe, side
from pipeline.models.program.reading import Statement, labels, read
from pipeline.models.program.wordings import Wordings, listed, place, seconds
from pipeline.models.replies import DraftClaim, DraftKeyItem, EvidenceReply
from pipeline.models.writer import Request
from pipeline.records import DetectedObject

_ROUNDING: Final = 0.051
"""Times are written with one decimal."""
_MOST_OF_A_LABEL: Final = 2
"""Objects boxed where the answer speaks of several: enough to bear out a plural."""


def write(request: Request) -> EvidenceReply:
    """Claims in time order, then the conclusion; empty where a cited frame supports none."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    cited = set(inputs["cited"])
    moments = [moment for moment in observe(inputs["frames"]) if moment.frame in cited]
    said = read(inputs["answer"])
    # A human's correction may tell no times: what it and the question name counts then.
    spoken = labels(said) or labels(read(inputs["question"]))
    numbers, items, claims = Counter[str](), list[DraftKeyItem](), list[DraftClaim]()
    for moment in moments:
        here = _key_items(moment, _objects(moment, said, spoken), numbers)
        if here:
            items += here
            claims.append(_claim(moment, here, wordings))
    if len(claims) < len(cited) or len(claims) > inputs["max_core_frames"]:
        return EvidenceReply(key_items=(), claims=())
    frames = tuple(frame for claim in claims for frame in claim.frames)
    conclusion = wordings.say("conclusion", "texts", inputs["answer"], answer=inputs["answer"])
    claims.append(DraftClaim(text=conclusion, frames=frames))
    return EvidenceReply(key_items=tuple(items), claims=tuple(claims))


def _objects(
    moment: Moment, said: Sequence[Statement], spoken: Sequence[str]
) -> list[DetectedObject]:
    """What the answer says of this moment, or else what it speaks of at all, none twice."""
    of_moment = [
        s for s in said if s.seconds is not None and abs(s.seconds - moment.seconds) <= _ROUNDING
    ]
    statements = of_moment or [Statement(None, label, plural=False) for label in spoken]
    found: list[DetectedObject] = []
    for s in statements:
        here = [o for o in moment.of(s.label) if s.side in (None, side(o.bbox))]
        found += distinct(here)[: _MOST_OF_A_LABEL if s.plural else 1]
        if s.other is not None:
            found += moment.of(s.other)[:1]
    return list(dict.fromkeys(found))


def _key_items(
    moment: Moment, objects: Sequence[DetectedObject], numbers: Counter[str]
) -> list[DraftKeyItem]:
    """The objects with names, numbered through the evidence."""
    items = []
    for o in objects:
        numbers[o.label] += 1
        name = f"{o.label.replace(' ', '_')}_{numbers[o.label]}"
        items.append(DraftKeyItem(item=name, phrase=o.label, frame=moment.frame, near=o.bbox))
    return items


def _claim(moment: Moment, items: Sequence[DraftKeyItem], wordings: Wordings) -> DraftClaim:
    seen = listed([f"<obj>{i.item}</obj> {_where(i)}".strip() for i in items])
    text = wordings.say("claim", "texts", moment.frame, time=seconds(moment.seconds), seen=seen)
    return DraftClaim(text=text, frames=(moment.frame,))


def _where(item: DraftKeyItem) -> str:
    return "" if item.near is None else place(side(item.near))
