"""From the workspace's records to the rows that are published."""

import hashlib
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, Literal, cast

from pipeline.media.looks import phash_of
from pipeline.publish.faces import FaceCover, Shown
from pipeline.publish.published import (
    CaptionRow,
    Picture,
    ProvenanceRow,
    PublishedBox,
    PublishedDifficulty,
    PublishedFrame,
    PublishedInterval,
    PublishedUnboxed,
    RejectionRow,
    SampleRow,
)
from pipeline.publish.split import SplitName
from pipeline.records import (
    Box,
    CoreFrame,
    Difficulty,
    Provenance,
    Record,
    Rejection,
    Sample,
    record,
)

_CHOSEN: Final = ("exact_match", "gqa")
"""Problems that are asked with their options."""

ReadBlob = Callable[[str, int, int], bytes]
"""The bytes of a blob from an offset, so many of them."""


@record
class Said(Record):
    """What publishing reads of a caption."""

    id: str
    video: str
    frame_index: int
    pts_seconds: float
    text: str
    captioner: str


def sample_row(
    sample: Sample,
    split: SplitName,
    read: ReadBlob,
    *,
    embed: bool = True,
    cover: FaceCover | None = None,
) -> SampleRow:
    """The published form of a sample; choices are for testing, and for what a policy chose from.

    Args:
        embed: with the pictures of its core frames, not only what identifies them.
        cover: what covers the faces on them; None: they stay as they are.
    """
    chosen = sample.difficulty is not None and sample.difficulty.problem_type in _CHOSEN
    choices = split == "test" or chosen
    letter = sample.letter if choices else None
    return SampleRow(
        id=sample.id,
        video=sample.video,
        split=split,
        task=sample.task,
        question=sample.question,
        answer=sample.answer,
        options=sample.options if choices else (),
        letter=cast(Literal["A", "B", "C", "D"] | None, letter),
        start_seconds=sample.start_seconds,
        end_seconds=sample.end_seconds,
        video_start_seconds=sample.video_start_seconds,
        video_seconds=sample.video_seconds,
        core_frames=tuple(_frame(f, read, cover, embed=embed) for f in sample.core_frames),
        evidence=sample.evidence,
        key_items=sample.key_items,
        boxes=tuple(_box(b) for b in sample.boxes),
        unboxed=tuple(
            PublishedUnboxed(item=u.item, frame=u.frame, reason=u.reason) for u in sample.unboxed
        ),
        intervals=tuple(
            PublishedInterval(
                claim=i.claim,
                pts_seconds=i.pts_seconds,
                start_seconds=i.start_seconds,
                end_seconds=i.end_seconds,
            )
            for i in sample.intervals
        ),
        difficulty=_difficulty(sample.difficulty),
        licence=sample.licence,
        source=sample.source,
        metadata=sample.metadata,
        provenance=sample.provenance,
    )


def caption_row(said: Said) -> CaptionRow:
    """The published form of a frame's caption."""
    return CaptionRow(
        id=said.id,
        video=said.video,
        frame_index=said.frame_index,
        pts_seconds=said.pts_seconds,
        caption=said.text,
        captioner=said.captioner,
    )


def provenance_rows(row: SampleRow, code_version: str) -> list[ProvenanceRow]:
    """One row for each part of a published sample."""
    return [
        ProvenanceRow(id=row.id, split=row.split, code_version=code_version, **values(part))
        for part in row.provenance
    ]


def values(part: Provenance) -> dict[str, Any]:
    """A part's provenance by its fields' names."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


def rejection_row(rejection: Rejection) -> RejectionRow:
    """The published form of a rejection."""
    return RejectionRow(
        id=rejection.id,
        video=rejection.video,
        task=rejection.task,
        question=rejection.question,
        answer=rejection.answer,
        stage=rejection.stage,
        reason=rejection.reason,
        message=rejection.message,
    )


def file_name(frame: str) -> str:
    """A file for the picture of a frame."""
    return f"{frame.replace('/', '-')}.jpg"


def _frame(
    frame: CoreFrame, read: ReadBlob, cover: FaceCover | None, *, embed: bool
) -> PublishedFrame:
    jpeg = read(frame.blob, frame.offset, frame.length)
    shown = cover(jpeg) if cover else Shown(jpeg)
    return PublishedFrame(
        frame=frame.frame,
        frame_index=frame.frame_index,
        pts_seconds=frame.pts_seconds,
        width=frame.width,
        height=frame.height,
        caption=frame.caption,
        sha256=hashlib.sha256(shown.jpeg).hexdigest() if shown.covered else frame.sha256,
        phash=phash_of(shown.jpeg),
        blurred=shown.covered,
        image=Picture(bytes=shown.jpeg, path=file_name(frame.frame)) if embed else None,
    )


def _difficulty(found: Difficulty | None) -> PublishedDifficulty | None:
    if found is None:
        return None
    return PublishedDifficulty(
        problem_type=found.problem_type,
        problem=found.problem,
        solution=found.solution,
        spans=tuple((s.start_seconds, s.end_seconds) for s in found.spans),
        samples=found.samples,
        right=found.right,
        unparsed=found.unparsed,
        counted=found.counted,
        pass_rate=found.pass_rate,
        mean_reward=found.mean_reward,
        frames=found.frames,
        policy=found.provenance.model,
    )


def _box(box: Box) -> PublishedBox:
    return PublishedBox(
        item=box.item,
        frame=box.frame,
        frame_index=box.frame_index,
        pts_seconds=box.pts_seconds,
        bbox=box.bbox,
        score=box.score,
        source=box.source,
        certain=box.certain,
        verified=box.verified,
        clip_similarity=box.clip_similarity,
        clip_frame=box.clip_frame,
        clip_random=box.clip_random,
    )
