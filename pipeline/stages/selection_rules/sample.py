"""From a question that passed or failed to the row that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.records import CoreFrame, Pair, Rejection, Sample
from pipeline.stages.selection_rules.finding import Finding
from pipeline.stages.selection_rules.minhash import signature
from pipeline.stages.selection_rules.views import Case, Contents, CoreJpeg, File

UNKNOWN = "unknown"
"""The licence of a source that states none: published locally, and flagged."""


@dataclass(frozen=True)
class Origin:
    """Where a video comes from."""

    video: str
    licence: str
    source: str
    split_group: str
    metadata: tuple[Pair, ...]
    start_seconds: float
    duration_seconds: float
    frame_seconds: float
    """How long one frame is shown."""

    def end_of(self, shown: float) -> float:
        """When the display of a frame ends, inside the video where its container allows."""
        over = self.start_seconds + self.duration_seconds
        end = shown + self.frame_seconds
        return min(end, over) if shown < over else end


def origin_of(video: Contents, files: Sequence[File]) -> Origin:
    """What the first of the files that hold this video says of it, or what stands for that."""
    file = min(files, key=lambda f: f.id)
    return Origin(
        video=video.id,
        licence=file.licence or UNKNOWN,
        source=file.source or PurePosixPath(file.path.replace("\\", "/")).name,
        split_group=file.split_group or video.id,
        metadata=file.metadata,
        start_seconds=video.start_seconds,
        duration_seconds=video.duration_seconds,
        frame_seconds=video.fps_den / video.fps_num,
    )


def sample_of(case: Case, origin: Origin, frames: Mapping[str, CoreJpeg]) -> Sample:
    """The sample of a question that passed every rule."""
    assert case.judged is not None
    assert case.reasoned is not None
    choices = case.choices
    captions = {frame.frame: frame.caption for frame in case.group.frames}
    written = [case.asked.provenance, case.judged.provenance, case.reasoned.provenance]
    written += [part.provenance for part in (choices, case.difficulty) if part]
    return Sample(
        id=case.id,
        video=origin.video,
        split_group=origin.split_group,
        task=case.asked.task,
        question=case.asked.question,
        answer=case.answer,
        options=choices.options if choices else (),
        letter=choices.letter if choices else None,
        start_seconds=min(frame.pts_seconds for frame in case.group.frames),
        end_seconds=origin.end_of(max(frame.pts_seconds for frame in case.group.frames)),
        video_start_seconds=origin.start_seconds,
        video_seconds=origin.duration_seconds,
        core_frames=tuple(
            _core_frame(frames[name], captions[name]) for name in case.reasoned.core_frames
        ),
        evidence=case.reasoned.text,
        key_items=tuple(item.item for item in case.reasoned.key_items),
        boxes=case.boxes,
        unboxed=case.unboxed,
        intervals=case.intervals,
        difficulty=case.difficulty,
        licence=origin.licence,
        source=origin.source,
        metadata=origin.metadata,
        signature=signature(f"{case.asked.question} {case.answer}"),
        provenance=tuple(written),
    )


def rejection_of(case: Case, finding: Finding, video: str) -> Rejection:
    """The row of a question that is not published."""
    return Rejection(
        id=case.id,
        video=video,
        task=case.asked.task,
        question=case.asked.question,
        answer=case.answer,
        stage=finding.stage,
        reason=finding.reason,
        message=finding.message,
    )


def _core_frame(frame: CoreJpeg, caption: str) -> CoreFrame:
    return CoreFrame(
        frame=frame.id,
        frame_index=frame.frame_index,
        pts_seconds=frame.pts_seconds,
        width=frame.width,
        height=frame.height,
        caption=caption,
        sha256=frame.sha256,
        blob=frame.blob,
        offset=frame.offset,
        length=frame.length,
    )
