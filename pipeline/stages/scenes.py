"""`scenes`: where the cuts are, from the metrics that the decode kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import Recipe, ScenesSettings
from pipeline.records import Metric, Scene, Video

if TYPE_CHECKING:
    from pipeline.media.scenes import FrameScores


@dataclass(frozen=True, slots=True)
class SegmentMetrics:
    """The columns of `Metric` that scene detectors need."""

    id: str
    video: str
    ordinal: int
    frame_index: tuple[int, ...]
    pts_seconds: tuple[float, ...]
    delta_hue: tuple[float, ...]
    delta_sat: tuple[float, ...]
    delta_lum: tuple[float, ...]
    average_rgb: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class VideoClock:
    """The columns of `Video` that say how fast and how long it runs."""

    id: str
    fps_num: int
    fps_den: int
    start_seconds: float
    duration_seconds: float


@dataclass(frozen=True)
class SceneFinder:
    """Runs one of PySceneDetect's detectors over a video's metrics."""

    settings: ScenesSettings

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield self._find(unit.one(VideoClock), unit.all(SegmentMetrics))

    def _find(self, video: VideoClock, segments: Sequence[SegmentMetrics]) -> Outcome:
        from pipeline.media.scenes import find_scenes

        settings = self.settings
        frames = join_segments(segments)
        scenes = find_scenes(
            frames,
            Fraction(video.fps_num, video.fps_den),
            max(
                video.start_seconds + video.duration_seconds,
                frames[-1].pts_seconds + video.fps_den / video.fps_num,
            ),
            settings.detector,
            settings.threshold,
            settings.min_scene_frames,
        )
        return Kept(
            [
                Scene(
                    id=f"{video.id}/c{ordinal:04d}",
                    video=video.id,
                    ordinal=ordinal,
                    start_frame=scene.start_frame,
                    end_frame=scene.end_frame,
                    start_seconds=scene.start_seconds,
                    end_seconds=scene.end_seconds,
                )
                for ordinal, scene in enumerate(scenes)
            ]
        )


def join_segments(segments: Sequence[SegmentMetrics]) -> "list[FrameScores]":
    """The frames of a video in order, each once.

    A frame that two segments hold, as the last of one and the first of the next, counts as the
    earlier segment measured it: that one saw the frame before it. Where a border frame is all
    that is left of a segment that failed, it stays.
    """
    from pipeline.media.scenes import FrameScores

    frames: dict[int, FrameScores] = {}
    for segment in sorted(segments, key=lambda s: s.ordinal):
        columns = zip(
            segment.frame_index,
            segment.pts_seconds,
            segment.delta_hue,
            segment.delta_sat,
            segment.delta_lum,
            segment.average_rgb,
            strict=True,
        )
        for column in columns:
            frames.setdefault(column[0], FrameScores(*column))
    return [frames[index] for index in sorted(frames)]


@dataclass(frozen=True)
class _Factory:
    settings: ScenesSettings

    def __call__(self, blobs: Blobs) -> SceneFinder:
        return SceneFinder(self.settings)


def stage(recipe: Recipe) -> Stage:
    """The stage for a recipe."""
    settings = recipe.identity.scenes
    return Stage(
        name="scenes",
        version=1,
        primary=Table("frames", Metric, SegmentMetrics),
        split=by_column("video"),
        lookups=(Lookup(Table("videos", Video, VideoClock), "id", SegmentMetrics, "video"),),
        writes=(Scene,),
        identity=settings.model_dump(mode="json"),
        worker=_Factory(settings),
    )
