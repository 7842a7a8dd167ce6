"""Grounding: a box for every key item that can be had, a time for every claim.

All thresholds are here and none in `detections`, so that turning one costs no inference.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import GroundingSettings, Recipe
from pipeline.records import (
    Bbox,
    Box,
    Candidate,
    Claim,
    Evidence,
    Frame,
    Interval,
    KeyItem,
    Question,
    Record,
    Rejection,
    Verdict,
    Video,
    record,
)
from pipeline.tasks import Task


@record
class Reasoning(Record):
    """What the evidence names and claims."""

    id: str
    video: str
    core_frames: tuple[str, ...]
    key_items: tuple[KeyItem, ...]
    claims: tuple[Claim, ...]
    mentions: tuple[str, ...]


@record
class Proposal(Record):
    """A candidate box."""

    id: str
    mention: str
    bbox: Bbox
    score: float
    clip_similarity: float | None
    detector: str


@record
class FrameTime(Record):
    """When a core frame is shown."""

    id: str
    frame_index: int
    pts_seconds: float


@record
class Clock(Record):
    """A video's span and rate."""

    id: str
    start_seconds: float
    duration_seconds: float
    fps_num: int
    fps_den: int


@record
class Asked(Record):
    """The question, for the rejection's row."""

    id: str
    task: Task
    question: str


@record
class Answered(Record):
    """The answer that counts, for the rejection's row."""

    id: str
    answer: str


def overlap(a: Bbox, b: Bbox) -> float:
    """Intersection over union."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return both / (sum(areas) - both)


def assign(
    items: Sequence[KeyItem], proposals: Sequence[Proposal], settings: GroundingSettings
) -> list[tuple[KeyItem, Proposal, bool]]:
    """Give the items of one phrase on one frame a box each, none twice.

    Items that say where they are choose first, closest pair first; what they leave goes to
    the others, best score first. A box that does not touch where the item was seen is another
    object, and one that overlaps it too little is given but not verified.
    """
    free = {
        p.id: p
        for p in sorted(proposals, key=lambda p: (-p.score, p.id))
        if p.score >= settings.min_score
    }
    placed = [(item, item.near) for item in items if item.near is not None]
    pairs = sorted(
        (-overlap(near, p.bbox), -p.score, item.item, p.id)
        for item, near in placed
        for p in free.values()
    )
    waiting = {item.item: item for item, _ in placed}
    given = []
    for negative, _, name, proposal in pairs:
        if negative < 0 and name in waiting and proposal in free:
            verified = -negative >= settings.min_overlap
            given.append((waiting.pop(name), free.pop(proposal), verified))
    others = [item for item in items if item.near is None]
    given += [(item, p, True) for item, p in zip(others, free.values(), strict=False)]
    return given


def interval_of(claim: Claim, times: dict[str, FrameTime], clock: Clock) -> tuple[float, float]:
    """From the first cited frame to the end of the last one's display, inside the video."""
    shown = [times[frame].pts_seconds for frame in claim.frames]
    last = max(shown)
    end = last + clock.fps_den / clock.fps_num
    over = clock.start_seconds + clock.duration_seconds
    # A container may say that it ends before its last frame does; that frame has a time too.
    return min(shown), min(end, over) if last < over else end


def ground(settings: GroundingSettings, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one question's evidence after another."""
    return (_ground(settings, unit) for unit in units)


def _ground(settings: GroundingSettings, unit: Unit) -> Outcome:
    evidence = unit.one(Reasoning)
    times = {f.id: f for f in unit.all(FrameTime)}
    proposals = unit.all(Proposal)
    boxes = []
    for mention, same in groupby(
        sorted(evidence.key_items, key=lambda k: (k.mention, k.item)), key=lambda k: k.mention
    ):
        here = [p for p in proposals if p.mention == mention]
        for item, proposal, verified in assign(list(same), here, settings):
            boxes.append(_box(evidence, item, proposal, times[item.frame], verified))
    if not any(box.verified for box in boxes):
        return _rejected(unit, evidence)
    clock = unit.one(Clock)
    spans = [
        (i, c, interval_of(c, times, clock)) for i, c in enumerate(evidence.claims) if c.frames
    ]
    intervals = [
        Interval(
            id=f"{evidence.id}#{ordinal}",
            question=evidence.id,
            video=evidence.video,
            claim=claim.text,
            start_seconds=start,
            end_seconds=end,
        )
        for ordinal, claim, (start, end) in spans
    ]
    return Kept([*boxes, *intervals])


def _box(
    evidence: Reasoning, item: KeyItem, proposal: Proposal, time: FrameTime, verified: bool
) -> Box:
    return Box(
        id=f"{evidence.id}#{item.item}",
        question=evidence.id,
        video=evidence.video,
        item=item.item,
        frame=item.frame,
        frame_index=time.frame_index,
        pts_seconds=time.pts_seconds,
        bbox=proposal.bbox,
        score=proposal.score,
        clip_similarity=proposal.clip_similarity,
        source=proposal.detector,
        verified=verified,
    )


def _rejected(unit: Unit, evidence: Reasoning) -> Rejected:
    named = ", ".join(sorted(item.item for item in evidence.key_items)) or "none"
    message = f"no key item of the evidence has a verified box (key items: {named})"
    asked = unit.one(Asked)
    rejection = Rejection(
        id=evidence.id,
        video=evidence.video,
        task=asked.task,
        question=asked.question,
        answer=unit.one(Answered).answer,
        stage="grounding",
        reason="no_verified_box",
        message=message,
    )
    return Rejected("no_verified_box", message, rows=[rejection])


def _worker(settings: GroundingSettings, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(ground, settings)


def stage(recipe: Recipe) -> Stage:
    """Boxes and intervals of one question's evidence."""
    settings = recipe.identity.grounding
    return Stage(
        name="grounding",
        version=1,
        primary=Table("evidence", Evidence, Reasoning),
        split=by_column("id"),
        lookups=(
            Lookup(Table("detections", Candidate, Proposal), "mention", Reasoning, "mentions"),
            Lookup(Table("frames", Frame, FrameTime), "id", Reasoning, "core_frames"),
            Lookup(Table("videos", Video, Clock), "id", Reasoning, "video"),
            Lookup(Table("questions", Question, Asked), "id", Reasoning, "id"),
            Lookup(Table("verdicts", Verdict, Answered), "id", Reasoning, "id"),
        ),
        writes=(Box, Interval, Rejection),
        identity={"grounding": settings.model_dump(mode="json")},
        worker=partial(_worker, settings),
    )
