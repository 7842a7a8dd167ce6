"""What a video file is: one pass over its bytes and one over its packets, decoding one frame."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, cast

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from blake3 import blake3

from pipeline.engine.outcome import Rejected
from pipeline.media.rate import average_rate
from pipeline.media.source import VideoPacket, clockwise, is_frame, open_video, video_stream
from pipeline.media.time import seconds
from pipeline.records import Keyframe, Video

KEYFRAME_SPACING_SECONDS = 1
"""Keyframes closer than this to the last listed one are left out: a video of keyframes only
would otherwise list every frame."""

HEADER_HAS_DURATION = {"mov", "matroska", "avi", "flv", "asf"}
"""Demuxers that read the duration from the header; the others estimate it from what is there,
which says nothing about truncation."""


@dataclass
class _Scan:
    """What one pass over the packets finds."""

    times: list[int] = field(default_factory=list)
    keyframes: list[int] = field(default_factory=list)
    packets: int = 0
    frames: int = 0
    latest: int | None = None
    last_duration: int = 0
    end_seconds: float = 0.0
    damaged: bool = False
    first: VideoFrame | None = None


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
            video = _describe(path, container, stream, _scan(container, stream))
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


def _scan(container: InputContainer, stream: VideoStream) -> _Scan:
    """Read all packets once; decode until the first frame comes out."""
    scan = _Scan()
    try:
        for packet in container.demux():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None and packet.time_base:
                end = seconds(stamp + (packet.duration or 0), packet.time_base)
                scan.end_seconds = max(scan.end_seconds, end)
            if packet.stream_index == stream.index:
                _note(scan, cast(VideoPacket, packet))
    except av.error.FFmpegError:
        scan.damaged = True
    return scan


def _note(scan: _Scan, packet: VideoPacket) -> None:
    if scan.first is None:
        scan.first = next(_decoded(packet), None)
    if packet.pts is None and packet.dts is None and packet.size == 0:
        return
    scan.packets += 1
    scan.damaged |= packet.is_corrupt
    if not is_frame(packet):
        return
    scan.frames += 1
    if packet.pts is None:
        return
    scan.times.append(packet.pts)
    if scan.latest is None or packet.pts > scan.latest:
        # A frame read before its keyframe and shown after it would be lost by a seek.
        if packet.is_keyframe:
            scan.keyframes.append(packet.pts)
        scan.latest = packet.pts
        scan.last_duration = packet.duration or 0


def _decoded(packet: VideoPacket) -> Iterator[VideoFrame]:
    try:
        yield from packet.decode()
    except av.error.FFmpegError:
        return


def _describe(
    path: Path, container: InputContainer, stream: VideoStream, scan: _Scan
) -> Video | Rejected:
    if scan.first is None or scan.frames == 0:
        return Rejected("zero_frames", f"{path} has a video stream and not one readable frame")
    time_base = stream.time_base or Fraction(1, 1000)
    times = sorted(set(scan.times))
    exact = len(times) == scan.frames
    header_rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    rate, variable = average_rate(times, time_base, header_rates)
    if times:
        last = scan.last_duration * time_base or 1 / rate
        duration = float((times[-1] - times[0]) * time_base + last)
    else:
        duration = float(scan.frames / rate)
    rotation = cast(Literal[0, 90, 180, 270], clockwise(scan.first))
    size = (scan.first.width, scan.first.height)
    width, height = size if rotation in (0, 180) else size[::-1]
    return Video(
        id=content_hash(path),
        path=str(path),
        container=container.format.name,
        codec=stream.codec_context.codec.canonical_name,
        pixel_format=scan.first.format.name,
        duration_seconds=duration,
        start_seconds=seconds(times[0], time_base) if times else 0.0,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        time_base_num=time_base.numerator,
        time_base_den=time_base.denominator,
        frame_count=scan.frames,
        claimed_frames=stream.frames or None,
        width=width,
        height=height,
        rotation=rotation,
        variable_frame_rate=variable,
        truncated=_is_truncated(path, container, stream, scan),
        exact_index=exact,
        keyframes=_spaced(scan.keyframes, times, time_base) if exact else (),
    )


def _is_truncated(path: Path, container: InputContainer, stream: VideoStream, scan: _Scan) -> bool:
    demuxer = container.format.name.partition(",")[0]
    if scan.damaged:
        return True
    if demuxer == "mov":  # The index lists every sample; an edit list may leave some out.
        size = path.stat().st_size
        if any(entry.pos + entry.size > size for entry in stream.index_entries):
            return True
    elif stream.frames > scan.packets:
        return True
    promised = (container.duration or 0) / av.time_base
    return demuxer in HEADER_HAS_DURATION and scan.end_seconds < promised - 1


def _spaced(keyframes: list[int], times: list[int], time_base: Fraction) -> tuple[Keyframe, ...]:
    """The keyframes, thinned, with their indices."""
    wanted: list[int] = []
    for pts in keyframes:
        if not wanted or (pts - wanted[-1]) * time_base >= KEYFRAME_SPACING_SECONDS:
            wanted.append(pts)
    index = dict(zip(times, range(len(times)), strict=True))
    return tuple(Keyframe(pts=pts, frame_index=index[pts]) for pts in wanted)
