"""Published rows as the page shows them."""

from collections.abc import Iterator, Mapping

from pipeline.publish.published import PublishedFrame, RejectionRow, SampleRow
from pipeline.report.glance import Glance
from pipeline.report.items import Item, KeyItemLine, ShownBox, ShownClaim, ShownFrame
from pipeline.report.particulars import particulars
from pipeline.report.questions import written
from pipeline.report.wording import WITHOUT_BOX, keeping


def sample_item(row: SampleRow) -> Item:
    """A sample with all that is published about it; its review's words are not."""
    places = {frame.frame: i for i, frame in enumerate(row.core_frames)}
    facts = [("licence", row.licence), ("source", row.source)]
    return Item(
        id=row.id,
        kind="question",
        outcome="sample",
        task=row.task,
        split=row.split,
        video=row.video,
        source=row.source,
        question=row.question,
        answer=row.answer,
        options=row.options,
        letter=row.letter or "",
        frames=tuple(_frame(frame) for frame in row.core_frames),
        items=_items(row, places),
        boxes=tuple(
            ShownBox(
                item=box.item,
                frame=places[box.frame],
                bbox=box.bbox,
                score=box.score,
                source=box.source,
                certain=box.certain,
                verified=box.verified,
                clip=box.clip_similarity,
            )
            for box in row.boxes
        ),
        evidence=row.evidence,
        claims=tuple(_claims(row)),
        start=row.video_start_seconds,
        end=row.video_start_seconds + row.video_seconds,
        written=written(row.provenance),
        particulars=particulars(row.pause, row.route, row.difficulty),
        facts=(*facts, *((pair.key, pair.value) for pair in row.metadata)),
    )


def rejection_item(row: RejectionRow, glance: Glance) -> Item:
    """A question that is not published; only its words are."""
    return Item(
        id=row.id,
        kind="question",
        outcome=glance.outcome,
        stage=row.stage,
        reason=row.reason,
        message=row.message,
        task=row.task,
        video=row.video,
        question=row.question,
        answer=row.answer,
        hint=keeping(row.stage, row.reason),
    )


def pictures_of(row: SampleRow) -> Mapping[str, bytes]:
    """The embedded JPEGs by their hash; none of a frame that is only referred to."""
    return {f.sha256: f.image.bytes for f in row.core_frames if f.image is not None}


def _frame(frame: PublishedFrame) -> ShownFrame:
    return ShownFrame(
        id=frame.frame,
        index=frame.frame_index,
        pts=frame.pts_seconds,
        caption=frame.caption,
        picture=frame.sha256 if frame.image is not None else None,
        width=frame.width,
        height=frame.height,
    )


def _items(row: SampleRow, places: Mapping[str, int]) -> tuple[KeyItemLine, ...]:
    where = {box.item: box.frame for box in row.boxes}
    where |= {item.item: item.frame for item in row.unboxed}
    why = {item.item: WITHOUT_BOX[item.reason] for item in row.unboxed}
    return tuple(
        KeyItemLine(
            name=name, phrase="", frame=places.get(where.get(name, "")), missing=why.get(name, "")
        )
        for name in row.key_items
    )


def _claims(row: SampleRow) -> Iterator[ShownClaim]:
    """The evidence cut at its claims; what stands between two of them cites no frame."""
    done = 0
    for interval in row.intervals:
        at = row.evidence.find(interval.claim, done)
        if at < 0:
            continue
        if between := row.evidence[done:at].strip():
            yield ShownClaim(between, (), None, None)
        done = at + len(interval.claim)
        shown = set(interval.pts_seconds)
        frames = tuple(i for i, f in enumerate(row.core_frames) if f.pts_seconds in shown)
        yield ShownClaim(interval.claim, frames, interval.start_seconds, interval.end_seconds)
    if rest := row.evidence[done:].strip():
        yield ShownClaim(rest, (), None, None)
