"""`frames`: the one decode of a video, segment by segment."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.engine.stage import Blobs, Membership, Split, Stage, Table, Unit
from pipeline.media.isolation import Isolation
from pipeline.media.sampling import share_of
from pipeline.media.segments import Segment, parse_ordinal, segment_id, split_at_keyframes
from pipeline.media.staging import NotStagedError, Staging
from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.recipe import FramesRuntime, FramesSettings, Recipe
from pipeline.records import Frame, Keyframe, Metric, Video

if TYPE_CHECKING:
    from pipeline.media.extraction import Extraction


@dataclass(frozen=True, slots=True)
class DecodableVideo:
    """The columns of `Video` that say how to decode it; the path is not hashed."""

    id: str
    path: str
    duration_seconds: float
    start_seconds: float
    fps_num: int
    fps_den: int
    time_base_num: int
    time_base_den: int
    exact_index: bool
    keyframes: tuple[Keyframe, ...]


@dataclass(frozen=True)
class BySegment:
    """One unit for every segment of every video."""

    segment_minutes: float

    def __call__(self, table: pa.Table) -> Membership:
        ids: list[str] = []
        rows: list[int] = []
        for place, video in enumerate(table.to_pylist()):
            keyframes = [(k["pts"], k["frame_index"]) for k in video["keyframes"]]
            time_base = Fraction(video["time_base_num"], video["time_base_den"])
            for segment in split_at_keyframes(keyframes, time_base, self.segment_minutes):
                ids.append(segment_id(video["id"], segment.ordinal))
                rows.append(place)
        return Membership(pa.array(ids, pa.string()), np.array(rows, np.int64))


@dataclass(frozen=True)
class Decoder:
    """Decodes segments in an isolated child."""

    settings: FramesSettings
    isolation: Isolation
    staging: Staging

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield self._decode(unit.id, unit.one(DecodableVideo))

    def _decode(self, unit: str, video: DecodableVideo) -> Outcome:
        from pipeline.media.extraction import extract

        time_base = Fraction(video.time_base_num, video.time_base_den)
        keyframes = [(k.pts, k.frame_index) for k in video.keyframes]
        segments = split_at_keyframes(keyframes, time_base, self.settings.segment_minutes)
        segment = segments[parse_ordinal(unit)]
        try:
            with self.staging.local(video.path, video.id) as path:
                found = self.isolation.call(
                    extract,
                    path,
                    segment,
                    video.exact_index,
                    Fraction(video.fps_num, video.fps_den),
                    self._limit(video, segment, time_base),
                    self.settings,
                )
        except NotStagedError as error:
            return Failed("Unreadable", f"{video.path} cannot be read now: {error}")
        if isinstance(found, Failed):
            return found
        if found.unreadable is not None:
            return Failed("Unreadable", f"{video.path} cannot be read now: {found.unreadable}")
        if all(measured.beyond for measured in found.measured):
            return Rejected("no_frames", f"no frame of {unit} can be decoded ({video.path})")
        frames, blob = _frames(video.id, found)
        return Kept(
            [_metric(unit, video.id, segment, found), *frames], blobs=[blob] if blob else []
        )

    def _limit(self, video: DecodableVideo, segment: Segment, time_base: Fraction) -> int | None:
        """The segment's share of the video's sampled frames, by duration."""

        def share(pts: int | None, otherwise: int) -> Fraction:
            if pts is None:
                return Fraction(otherwise)
            passed = pts * time_base - Fraction(video.start_seconds)
            return passed / Fraction(video.duration_seconds)

        return share_of(
            self.settings.max_per_video, share(segment.start_pts, 0), share(segment.end_pts, 1)
        )


def _metric(unit: str, video: str, segment: Segment, found: "Extraction") -> Metric:
    measured = found.measured
    return Metric(
        id=unit,
        video=video,
        ordinal=segment.ordinal,
        frame_index=tuple(m.frame_index for m in measured),
        pts_seconds=tuple(m.pts_seconds for m in measured),
        delta_hue=tuple(m.metrics.delta_hue for m in measured),
        delta_sat=tuple(m.metrics.delta_sat for m in measured),
        delta_lum=tuple(m.metrics.delta_lum for m in measured),
        average_rgb=tuple(m.metrics.average_rgb for m in measured),
        decode_errors=found.decode_errors,
    )


def _frames(video: str, found: "Extraction") -> tuple[list[Frame], bytes]:
    """The rows of the sampled frames and the blob that holds their JPEGs."""
    blob = b"".join(sampled.jpeg for sampled in found.frames)
    name = hashlib.sha256(blob).hexdigest()
    offsets = accumulate((len(sampled.jpeg) for sampled in found.frames), initial=0)
    rows = [
        Frame(
            id=f"{video}/f{sampled.frame_index}",
            video=video,
            frame_index=sampled.frame_index,
            pts_seconds=sampled.pts_seconds,
            width=sampled.width,
            height=sampled.height,
            sha256=hashlib.sha256(sampled.jpeg).hexdigest(),
            sharpness=sampled.sharpness,
            motion=sampled.motion,
            blob=name,
            offset=offset,
            length=len(sampled.jpeg),
        )
        for sampled, offset in zip(found.frames, offsets, strict=False)
    ]
    return rows, blob


@dataclass(frozen=True)
class _Factory:
    settings: FramesSettings
    runtime: FramesRuntime
    cache_gb: float

    def __call__(self, blobs: Blobs) -> Decoder:
        limits = self.runtime
        isolation = Isolation(limits.timeout_seconds, limits.memory_mb)
        return Decoder(self.settings, isolation, Staging(int(self.cache_gb * 1e9)))


def stage(recipe: Recipe) -> Stage:
    """The stage for a recipe."""
    settings = recipe.identity.frames
    columns = ("id", "time_base_num", "time_base_den", "keyframes")
    return Stage(
        name="frames",
        version=2,
        primary=Table("videos", Video, DecodableVideo),
        split=Split(columns, BySegment(settings.segment_minutes)),
        writes=(Frame, Metric),
        identity=settings.model_dump(mode="json"),
        worker=_Factory(settings, recipe.runtime.frames, recipe.runtime.videos.cache_gb),
        pack_units=2,
    )
