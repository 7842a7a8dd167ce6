"""Writing evidence: for each cited frame, where the things that the answer names are."""

from collections import Counter

from pipeline.models.program.mentions import mentioned
from pipeline.models.program.sightings import Moment, Sighting, moments
from pipeline.models.program.wordings import Wordings, listed, seconds
from pipeline.models.replies import DraftClaim, DraftKeyItem, EvidenceReply
from pipeline.models.writer import Request


def write(request: Request) -> EvidenceReply:
    """Claims in time order, then the conclusion; empty where no cited frame supports one."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    cited = set(inputs["cited"][: inputs["max_core_frames"]])
    group = [moment for moment in moments(inputs["frames"]) if moment.frame in cited]
    labels = mentioned(f"{inputs['answer']} {inputs['question']}")
    numbers, items, claims = Counter[str](), list[DraftKeyItem](), list[DraftClaim]()
    for moment in group:
        here = _key_items(moment, labels, numbers)
        if here:
            items += here
            claims.append(_claim(moment, here, wordings))
    if not claims:
        return EvidenceReply(key_items=(), claims=())
    frames = tuple(frame for claim in claims for frame in claim.frames)
    conclusion = wordings.say("conclusion", "texts", inputs["answer"], answer=inputs["answer"])
    claims.append(DraftClaim(text=conclusion, frames=frames))
    return EvidenceReply(key_items=tuple(items), claims=tuple(claims))


def _key_items(moment: Moment, labels: list[str], numbers: Counter[str]) -> list[DraftKeyItem]:
    """The largest sighting of each label in the frame, numbered through the evidence."""
    out = []
    for label in labels:
        found = next((s for s in moment.sightings if s.label == label), None)
        if found is not None:
            numbers[label] += 1
            name = f"{label.replace(' ', '_')}_{numbers[label]}"
            out.append(DraftKeyItem(item=name, phrase=label, frame=moment.frame, near=found.bbox))
    return out


def _claim(moment: Moment, items: list[DraftKeyItem], wordings: Wordings) -> DraftClaim:
    seen = {s.bbox: s for s in moment.sightings}
    parts = [_seen(item, seen[item.near]) for item in items if item.near is not None]
    text = wordings.say(
        "claim", "texts", moment.frame, time=seconds(moment.seconds), seen=listed(parts)
    )
    return DraftClaim(text=text, frames=(moment.frame,))


def _seen(item: DraftKeyItem, sighting: Sighting) -> str:
    """Where it is and how large, since changes of both are what answers rest on."""
    height = round(100 * (sighting.bbox[3] - sighting.bbox[1]))
    return f"<obj>{item.item}</obj> {sighting.place} ({height} % of the picture high)"
