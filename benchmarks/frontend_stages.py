"""The stages `frames` and `scenes` on one video, without the engine."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pipeline.engine.stage import Unit
from pipeline.media.isolation import Isolation
from pipeline.media.probe import probe
from pipeline.media.segments import segment_id, split_at_keyframes
from pipeline.media.staging import Staging
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import FramesRuntime, FramesSettings, ScenesSettings
from pipeline.records import Frame, Metric, Scene, Video
from pipeline.stages.frames import DecodableVideo, Decoder
from pipeline.stages.scenes import SceneFinder, SegmentMetrics, VideoClock

P = ParamSpec("P")
T = TypeVar("T")


class Here(Isolation):
    """Runs the calls in this process: without the child's start and its pipe."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)


def isolation(child: bool) -> Isolation:
    kind, limits = Isolation if child else Here, FramesRuntime()
    return kind(limits.timeout_seconds, limits.memory_mb)


def probed(path: Path) -> Video:
    video = probe(path, 0.0, float("inf"))
    assert isinstance(video, Video), video
    return video


def run_stages(video: Video, where: Isolation) -> tuple[list[int], list[int]]:
    """`frames` segment by segment, then `scenes`, with their default settings.

    Returns:
        The indices of the sampled frames, and of those that start a scene, the first left out.
    """
    settings = FramesSettings()
    keyframes = [(k.pts, k.frame_index) for k in video.keyframes]
    time_base = Fraction(video.time_base_num, video.time_base_den)
    segments = split_at_keyframes(keyframes, time_base, settings.segment_minutes)
    names = [segment_id(video.id, segment.ordinal) for segment in segments]
    row = view(DecodableVideo, video)
    units = [Unit(name, name, {DecodableVideo: [row]}) for name in names]
    decoded = kept(Decoder(settings, where, Staging(0))(units))
    metrics = [view(SegmentMetrics, row) for row in decoded if isinstance(row, Metric)]
    whole: dict[type, Sequence[Any]] = {
        VideoClock: [view(VideoClock, video)],
        SegmentMetrics: metrics,
    }
    scenes = kept(SceneFinder(ScenesSettings())([Unit(video.id, video.id, whole)]))
    sampled = [row.frame_index for row in decoded if isinstance(row, Frame)]
    return sampled, [row.start_frame for row in scenes[1:] if isinstance(row, Scene)]


def kept(outcomes: Iterable[Outcome]) -> Sequence[Any]:
    """The rows of outcomes that must all be good."""
    rows: list[Any] = []
    for outcome in outcomes:
        assert isinstance(outcome, Kept), outcome
        rows += outcome.rows
    return rows


def view(of: type[T], row: Any) -> T:
    return of(**{column.name: getattr(row, column.name) for column in fields(of)})  # type: ignore[arg-type]
