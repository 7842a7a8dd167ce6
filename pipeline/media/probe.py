"""What a video file is: one pass over its bytes and one over its packets, decoding one frame."""

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast

import av
from av.container import InputContainer
from av.video.stream import VideoStream
from blake3 import blake3

from pipeline.media.rate import average_rate, header_rates
from pipeline.media.scan import PacketScan, scan
from pipeline.media.source import clockwise, open_video, video_stream
from pipeline.media.time import seconds
from pipeline.outcome import Rejected
from pipeline.records import Keyframe, Video

KEYFRAME_SPACING_SECONDS = 1
"""Keyframes closer than this to the last listed one are left out: a video of keyframes only
would otherwise list every frame."""

HEADER_HAS_DURATION = {"mov", "matroska", "avi", "flv", "asf"}
"""Demuxers that read the duration from the header; the others estimate it from what is there,
which says nothing about truncation."""


def probe(path: Path, min_seconds: float, max_seconds: float) -> Video | Rejected:
    """Find out what a video file holds, without trusting its header.

    Args:
        path: the file.
        min_seconds: shorter videos are rejected as `too_short`.
        max_seconds: longer videos are rejected as `too_long`.

    Returns:
        The video, or a rejection: `empty_file`, `unreadable`, `no_video_stream`, `audio_only`,
        `zero_frames`, `too_short`, `too_long`.
    """
    try:
        with open_video(path) as container:
            stream = video_stream(container)
            if stream is None:
                return _without_video(path, container)
            video = _describe(path, container, stream, scan(container, stream))
    except (OSError, av.error.FFmpegError) as error:
        return _unreadable(path, error)
    if isinstance(video, Video):
        length = video.duration_seconds
        if length < min_seconds:
            return Rejected("too_short", f"{path} lasts {length:.3f} s, less than {min_seconds} s")
        if length > max_seconds:
            return Rejected("too_long", f"{path} lasts {length:.0f} s, more than {max_seconds} s")
    return video


def content_hash(path: Path) -> str:
    """BLAKE3 of the file's bytes, 128 bits in hex."""
    with path.open("rb") as file:
        digest = cast(blake3, hashlib.file_digest(file, lambda: cast("hashlib._Hash", blake3())))
    return digest.digest(length=16).hex()


def _without_video(path: Path, container: InputContainer) -> Rejected:
    if container.streams.audio:
        return Rejected("audio_only", f"{path} holds sound and no video")
    return Rejected("no_video_stream", f"{path} is {container.format.name} and holds no video")


def _unreadable(path: Path, error: OSError | av.error.FFmpegError) -> Rejected:
    try:
        empty = path.is_file() and path.stat().st_size == 0
    except OSError:
        empty = False
    if empty:
        return Rejected("empty_file", f"{path} has no bytes")
    return Rejected("unreadable", f"{path} cannot be read: {error.strerror or error}")


def _describe(
    path: Path, container: InputContainer, stream: VideoStream, found: PacketScan
) -> Video | Rejected:
    if found.first is None or found.frames == 0:
        return Rejected("zero_frames", f"{path} has a video stream and not one readable frame")
    time_base = stream.time_base or Fraction(1, av.time_base)
    times = found.sorted_times()
    rate, variable = average_rate(times, time_base, header_rates(stream))
    if times:
        last = found.last_duration * time_base or 1 / rate
        duration = float((times[-1] - times[0]) * time_base + last)
    else:
        duration = float(found.frames / rate)
    rotation = cast(Literal[0, 90, 180, 270], clockwise(found.first))
    size = (found.first.width, found.first.height)
    width, height = size if rotation in (0, 180) else size[::-1]
    return Video(
        id=content_hash(path),
        path=str(path),
        container=container.format.name,
        codec=stream.codec_context.codec.canonical_name,
        pixel_format=found.first.format.name,
        duration_seconds=duration,
        start_seconds=seconds(times[0], time_base) if times else 0.0,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        time_base_num=time_base.numerator,
        time_base_den=time_base.denominator,
        frame_count=found.frames,
        claimed_frames=stream.frames or None,
        width=width,
        height=height,
        rotation=rotation,
        variable_frame_rate=variable,
        truncated=_is_truncated(path, container, stream, found),
        exact_index=found.exact,
        keyframes=_spaced(found.keyframes, times, time_base) if found.exact else (),
    )


def _is_truncated(
    path: Path, container: InputContainer, stream: VideoStream, found: PacketScan
) -> bool:
    demuxer = container.format.name.partition(",")[0]
    if found.damaged:
        return True
    if demuxer == "mov":  # The index lists every sample; an edit list may leave some out.
        size = path.stat().st_size
        if any(entry.pos + entry.size > size for entry in stream.index_entries):
            return True
    elif stream.frames > found.packets:
        return True
    promised = (container.duration or 0) / av.time_base
    return demuxer in HEADER_HAS_DURATION and found.end_seconds < promised - 1


def _spaced(keyframes: list[int], times: list[int], time_base: Fraction) -> tuple[Keyframe, ...]:
    """The keyframes, thinned, with their indices."""
    wanted: list[int] = []
    for pts in keyframes:
        if not wanted or (pts - wanted[-1]) * time_base >= KEYFRAME_SPACING_SECONDS:
            wanted.append(pts)
    index = dict(zip(times, range(len(times)), strict=True))
    return tuple(Keyframe(pts=pts, frame_index=index[pts]) for pts in wanted)
