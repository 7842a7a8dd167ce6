"""Grounding: boxes for the key items as far as they can be had, a time for every claim.

All thresholds are here and none in `detections`, so that turning one costs no inference. A box
that a human drew stands whatever the detector says.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from pipeline.engine.stage import RECIPE, Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.recipe import GroundingSettings, Recipe
from pipeline.records import (
    Box,
    BoxOverride,
    Candidate,
    Evidence,
    Extent,
    Frame,
    Interval,
    Question,
    Rejection,
    Unboxed,
    Verdict,
    Video,
)
from pipeline.stages.grounding_rules.assign import Placed, Unplaced, assign
from pipeline.stages.grounding_rules.human import drawn, left
from pipeline.stages.grounding_rules.times import intervals
from pipeline.stages.grounding_rules.views import (
    Answered,
    Asked,
    Clock,
    FrameTime,
    HumanBox,
    Lasting,
    Proposal,
    Reasoning,
)

HUMAN = "human"
"""The source of a box that no detector proposed."""


def ground(settings: GroundingSettings, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one question's evidence after another."""
    return (_ground(settings, unit) for unit in units)


def _ground(settings: GroundingSettings, unit: Unit) -> Outcome:
    evidence = unit.one(Reasoning)
    times = {f.id: f for f in unit.all(FrameTime)}
    by_human = drawn(evidence, unit.all(HumanBox))
    boxes = [_drawn(evidence, box, times[box.frame]) for box in by_human.values()]
    unboxed: list[Unboxed] = []
    for given in _assigned(evidence, unit.all(Proposal), by_human, settings):
        if isinstance(given, Unplaced):
            unboxed.append(_unboxed(evidence, given))
        else:
            rank = 1 + sum(box.item == given.item.item for box in boxes)
            boxes.append(_box(evidence, given, rank, times[given.item.frame]))
    missing = _missing(settings, evidence, boxes)
    if missing is not None:
        return _rejected(unit, evidence, *missing)
    lasting = {extent.id: extent for extent in unit.all(Lasting)}
    return Kept([*boxes, *unboxed, *intervals(evidence, times, lasting, unit.one(Clock))])


def _assigned(
    evidence: Reasoning,
    proposals: Sequence[Proposal],
    by_human: Mapping[str, HumanBox],
    settings: GroundingSettings,
) -> Iterator[Placed | Unplaced]:
    free = left(evidence, proposals, by_human, settings.min_overlap)
    asked = (item for item in evidence.key_items if item.item not in by_human)
    items = sorted(asked, key=lambda k: (k.mention, k.item))
    for mention, same in groupby(items, key=lambda k: k.mention):
        here = [p for p in free if p.mention == mention]
        yield from assign(list(same), here, settings)


def _missing(
    settings: GroundingSettings, evidence: Reasoning, boxes: Sequence[Box]
) -> tuple[str, str] | None:
    """The reason and the sentence for a row that the recipe does not let survive."""
    verified = {box.item for box in boxes if box.verified}
    named = sorted(item.item for item in evidence.key_items)
    if settings.requires == "one" and not verified:
        told = ", ".join(named) or "none"
        return (
            "no_verified_box",
            f"no key item of the evidence has a verified box (key items: {told})",
        )
    without = [item for item in named if item not in verified]
    if settings.requires == "all" and (without or not named):
        told = ", ".join(without) or "it names none"
        return (
            "unverified_item",
            f"not every key item of the evidence has a verified box (without: {told})",
        )
    return None


def _drawn(evidence: Reasoning, box: HumanBox, time: FrameTime) -> Box:
    return Box(
        id=f"{box.id}#1",
        question=evidence.id,
        video=evidence.video,
        item=box.item,
        frame=box.frame,
        frame_index=time.frame_index,
        pts_seconds=time.pts_seconds,
        bbox=box.bbox,
        score=1.0,
        clip_similarity=None,
        clip_frame=None,
        clip_random=None,
        source=HUMAN,
        certain=True,
        verified=True,
    )


def _box(evidence: Reasoning, given: Placed, rank: int, time: FrameTime) -> Box:
    proposal = given.proposal
    return Box(
        id=f"{evidence.id}#{given.item.item}#{rank}",
        question=evidence.id,
        video=evidence.video,
        item=given.item.item,
        frame=given.item.frame,
        frame_index=time.frame_index,
        pts_seconds=time.pts_seconds,
        bbox=proposal.bbox,
        score=proposal.score,
        clip_similarity=proposal.clip_similarity,
        clip_frame=proposal.clip_frame,
        clip_random=proposal.clip_random,
        source=proposal.detector,
        certain=given.certain,
        verified=given.verified,
    )


def _unboxed(evidence: Reasoning, given: Unplaced) -> Unboxed:
    return Unboxed(
        id=f"{evidence.id}#{given.item.item}",
        question=evidence.id,
        video=evidence.video,
        item=given.item.item,
        phrase=given.item.phrase,
        frame=given.item.frame,
        reason=given.reason,
    )


def _rejected(unit: Unit, evidence: Reasoning, reason: str, message: str) -> Rejected:
    asked = unit.one(Asked)
    rejection = Rejection(
        id=evidence.id,
        video=evidence.video,
        task=asked.task,
        question=asked.question,
        answer=unit.one(Answered).answer,
        stage="grounding",
        reason=reason,
        message=message,
    )
    return Rejected(reason, message, rows=[rejection])


def _worker(settings: GroundingSettings, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(ground, settings)


def stage(recipe: Recipe) -> Stage:
    """Boxes and intervals of one question's evidence."""
    settings = recipe.identity.grounding
    return Stage(
        name="grounding",
        version=3,
        primary=Table("evidence", Evidence, Reasoning),
        split=by_column("id"),
        lookups=(
            Lookup(Table("detections", Candidate, Proposal), "mention", Reasoning, "mentions"),
            Lookup(Table(RECIPE, BoxOverride, HumanBox), "question", Reasoning, "id"),
            Lookup(Table("frames", Frame, FrameTime), "id", Reasoning, "core_frames"),
            Lookup(Table("extents", Extent, Lasting), "id", Reasoning, "core_frames"),
            Lookup(Table("videos", Video, Clock), "id", Reasoning, "video"),
            Lookup(Table("questions", Question, Asked), "id", Reasoning, "id"),
            Lookup(Table("verdicts", Verdict, Answered), "id", Reasoning, "id"),
        ),
        writes=(Box, Unboxed, Interval, Rejection),
        identity={"grounding": settings.model_dump(mode="json", exclude={"same_caption"})},
        worker=partial(_worker, settings),
    )
