"""The one decode of a segment: scene metrics of every frame, JPEGs of the sampled ones."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.video.reformatter import VideoReformatter

from pipeline.media.decode import SegmentDecoder
from pipeline.media.metrics import FrameMetrics, MetricsReader
from pipeline.media.pictures import displayed, encode_jpeg
from pipeline.media.sampling import EvenlySpread, LocalMotion, Sampler
from pipeline.media.segments import Segment
from pipeline.recipe import FramesSettings


@dataclass(frozen=True, slots=True)
class SampledFrame:
    """A kept frame."""

    frame_index: int
    pts_seconds: float
    width: int
    """Pixels of the JPEG, in display orientation."""
    height: int
    jpeg: bytes
    sharpness: float
    motion: float


@dataclass(frozen=True, slots=True)
class MeasuredFrame:
    """The scene metrics of one frame."""

    frame_index: int
    pts_seconds: float
    beyond: bool
    """It is the first frame of the next segment."""
    metrics: FrameMetrics


@dataclass
class Extraction:
    """What a segment gave."""

    frames: list[SampledFrame] = field(default_factory=list)
    measured: list[MeasuredFrame] = field(default_factory=list)
    decode_errors: int = 0
    unreadable: str | None = None
    """Why the file could not be opened, where it could not."""


def extract(
    path: Path,
    segment: Segment,
    exact_index: bool,
    rate: Fraction,
    limit: int | None,
    settings: FramesSettings,
) -> Extraction:
    """Decode a segment once; memory holds the JPEGs and a few decoded frames.

    Args:
        path: the video file.
        segment: what to decode.
        exact_index: whether the container's times identify frames (from the probe).
        rate: average frame rate, the pace of frames without times.
        limit: sampled frames at most.
        settings: how to sample.
    """
    extraction = Extraction()
    decoder = SegmentDecoder(path, segment, exact_index, rate)
    reader, motion, sampler = MetricsReader(), LocalMotion(), Sampler(settings)
    kept: EvenlySpread[SampledFrame] = EvenlySpread(limit)
    reformatter = VideoReformatter()
    try:
        for decoded in decoder:
            frame, metrics = decoded.frame, reader.measure(decoded.frame)
            extraction.measured.append(
                MeasuredFrame(decoded.index, decoded.seconds, decoded.beyond, metrics)
            )
            if decoded.beyond:
                break
            local = motion.update(decoded.seconds, metrics.luma_change)
            if not sampler.keep(decoded.seconds, local, frame.key_frame) or not kept.wants_next():
                continue
            picture = displayed(frame, reformatter, settings.long_side)
            kept.add(
                SampledFrame(
                    frame_index=decoded.index,
                    pts_seconds=decoded.seconds,
                    width=picture.shape[1],
                    height=picture.shape[0],
                    jpeg=encode_jpeg(picture, settings.jpeg_quality),
                    sharpness=reader.sharpness(),
                    motion=local,
                )
            )
    except (OSError, av.error.FFmpegError) as error:
        extraction.unreadable = error.strerror or str(error)
    extraction.frames.extend(kept.result())
    extraction.decode_errors = decoder.errors
    return extraction
