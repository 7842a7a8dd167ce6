"""A question of a workspace as the page shows it."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from pipeline.inspection import Inspection
from pipeline.records import Box, Claim, Frame, Interval, Provenance
from pipeline.report.glance import Glance
from pipeline.report.items import (
    Ended,
    Item,
    Judged,
    KeyItemLine,
    ShownBox,
    ShownClaim,
    ShownFrame,
    Written,
)
from pipeline.report.particulars import particulars
from pipeline.report.wording import WITHOUT_BOX, keeping


def question_item(found: Inspection, glance: Glance) -> Item:
    """All that is known of it, laid out.

    In the middle of a run boxes and times may be those of an earlier evidence; what does not go
    with the evidence that is there is left out.
    """
    question, verdict, rejection = found.question, found.verdict, found.rejection
    video, options, evidence = found.video, found.options, found.evidence
    places = {frame.id: i for i, frame in enumerate(found.core_frames)}
    facts = [("group", question.group)]
    if found.sample is not None:
        facts += [("licence", found.sample.licence), ("source", found.sample.source)]
        facts += [(pair.key, pair.value) for pair in found.sample.metadata]
    return Item(
        id=question.id,
        kind="question",
        outcome=glance.outcome,
        stage=glance.stage,
        reason=glance.reason,
        message=rejection.message if rejection else "",
        task=question.task,
        split=glance.split,
        video=question.video,
        source=PurePosixPath(video.path.replace("\\", "/")).name if video else "",
        question=question.question,
        answer=found.answer,
        written_answer=question.answer if found.answer != question.answer else "",
        options=options.options if options else (),
        letter=options.letter if options else "",
        frames=_frames(found),
        items=_items(found, places),
        boxes=tuple(shown_box(b, places[b.frame]) for b in found.boxes if b.frame in places),
        evidence=evidence.text if evidence else "",
        claims=_claims(found, places),
        start=video.start_seconds if video else 0.0,
        end=video.start_seconds + video.duration_seconds if video else 0.0,
        judgements=tuple(
            Judged(j.criterion, j.passed, j.reason) for j in (verdict.judgements if verdict else ())
        ),
        passed=verdict.passed if verdict else None,
        overridden=verdict is not None and verdict.overridden,
        written=written(found.provenance),
        ended=tuple(Ended(o.stage, o.status, o.code, o.message) for o in found.outcomes),
        particulars=particulars(
            found.sample.pause if found.sample else None,
            found.sample.route if found.sample else None,
            found.difficulty,
        ),
        facts=tuple(facts),
        hint=keeping(glance.stage, glance.reason),
    )


def written(provenance: Sequence[Provenance]) -> tuple[Written, ...]:
    """Who wrote it, without the keys of requests, which `inspect --calls` shows."""
    return tuple(
        Written(
            stage=p.stage,
            writer=p.writer,
            model=p.model,
            reported=p.model_reported if p.model_reported != p.model else "",
            mode=p.mode,
            prompt=p.prompt,
            prompt_sha256=p.prompt_sha256,
            answer_source=p.answer_source,
            finish_reason=p.finish_reason,
        )
        for p in provenance
    )


def shown_frame(frame: Frame, caption: str) -> ShownFrame:
    """A stored frame; its picture has the hash of its bytes as name."""
    return ShownFrame(
        id=frame.id,
        index=frame.frame_index,
        pts=frame.pts_seconds,
        caption=caption,
        picture=frame.sha256,
        width=frame.width,
        height=frame.height,
    )


def shown_box(box: Box, place: int) -> ShownBox:
    """A box on the frame at this place."""
    return ShownBox(
        item=box.item,
        frame=place,
        bbox=box.bbox,
        score=box.score,
        source=box.source,
        certain=box.certain,
        verified=box.verified,
        clip=box.clip_similarity,
    )


def _frames(found: Inspection) -> tuple[ShownFrame, ...]:
    said = {f.frame: f.caption for f in (found.group.frames if found.group else ())}
    return tuple(shown_frame(frame, said.get(frame.id, "")) for frame in found.core_frames)


def _items(found: Inspection, places: Mapping[str, int]) -> tuple[KeyItemLine, ...]:
    if found.evidence is None:
        return ()
    boxed = {box.item for box in found.boxes}
    why = {item.item: WITHOUT_BOX[item.reason] for item in found.unboxed}
    return tuple(
        KeyItemLine(
            name=item.item,
            phrase=item.phrase,
            frame=places.get(item.frame),
            missing="" if item.item in boxed else why.get(item.item, "it was not grounded"),
        )
        for item in found.evidence.key_items
    )


def _claims(found: Inspection, places: Mapping[str, int]) -> tuple[ShownClaim, ...]:
    if found.evidence is None:
        return ()
    times = {(int(i.id.rpartition("#")[2]), i.claim): i for i in found.intervals}
    return tuple(
        _claim(claim, times.get((n, claim.text)), places)
        for n, claim in enumerate(found.evidence.claims)
    )


def _claim(claim: Claim, time: Interval | None, places: Mapping[str, int]) -> ShownClaim:
    return ShownClaim(
        text=claim.text,
        frames=tuple(sorted(places[frame] for frame in claim.frames if frame in places)),
        start=time.start_seconds if time else None,
        end=time.end_seconds if time else None,
    )
