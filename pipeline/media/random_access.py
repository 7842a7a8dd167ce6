"""Given frames of a video at full resolution: decord where it can be trusted, PyAV elsewhere.

decord 0.6 counts frames from where its seek lands. Measured on videos whose frames carry their
number, that is right for closed GOPs in MP4 and Matroska; with open GOPs, AVI, MPEG-PS and
MPEG-TS it silently returns other frames than asked for, while its count and times still look
right. So its use is decided by the packets, not by what it says, and it runs, as all decoding
does, in a child that can be killed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal

import av
from av.video.reformatter import VideoReformatter

from pipeline.media.decode import Decoded, SegmentDecoder
from pipeline.media.isolation import Isolation
from pipeline.media.pictures import Picture, displayed
from pipeline.media.rate import average_rate, header_rates
from pipeline.media.scan import scan
from pipeline.media.segments import Segment
from pipeline.media.source import clockwise, open_video, video_stream
from pipeline.media.time import seconds
from pipeline.outcome import Failed

INDEXED_CONTAINERS = ("mov", "matroska")

CLOCK_TOLERANCE = 2e-3
"""Seconds; decord keeps times as 32-bit floats."""


@dataclass(frozen=True, slots=True)
class FullFrame:
    """One frame at the video's own resolution, turned for display."""

    frame_index: int
    pts_seconds: float
    picture: Picture
    backend: Literal["decord", "pyav"]


@dataclass(frozen=True)
class FrameTable:
    """Every frame's time, and what the choice of a decoder depends on."""

    times: tuple[int, ...]
    """In ticks, by frame index; empty where times do not identify frames."""
    keyframes: tuple[int, ...]
    time_base: Fraction
    rate: Fraction
    closed: bool
    """Closed GOPs in an indexed container, whole and not turned: what decord gets right."""


def read_frames(
    path: Path, indices: Sequence[int], isolation: Isolation
) -> dict[int, FullFrame] | Failed:
    """Read frames by index; those that cannot be decoded are missing from the result.

    Args:
        path: a video that the probe accepted.
        indices: frame indices, as the probe counts them.
        isolation: where the decoders run.
    """
    found = isolation.call(_read_with_decord, path, tuple(indices))
    if found is None or isinstance(found, Failed):
        found = isolation.call(_read_with_pyav, path, tuple(indices))
    return found


def _read_with_decord(path: Path, indices: Sequence[int]) -> dict[int, FullFrame] | None:
    """The frames, or None where decord is not installed or not to be trusted."""
    try:
        table = frame_table(path)
    except (OSError, av.error.FFmpegError):
        return None
    if not table.closed:
        return None
    try:
        import decord
    except ImportError:
        return None
    try:
        reader = decord.VideoReader(str(path), num_threads=1)
        if len(reader) != len(table.times) or not indices:
            return None
        clock = reader.get_frame_timestamp(list(range(len(reader))))[:, 0]
        start = table.times[0]
        if any(
            abs(float((pts - start) * table.time_base) - told) > CLOCK_TOLERANCE
            for pts, told in zip(table.times, clock, strict=True)
        ):
            return None
        return {
            index: FullFrame(
                frame_index=index,
                pts_seconds=seconds(table.times[index], table.time_base),
                picture=reader[index].asnumpy()[:, :, ::-1].copy(),
                backend="decord",
            )
            for index in sorted(set(indices) & set(range(len(reader))))
        }
    except decord.DECORDError:
        return None


def _read_with_pyav(path: Path, indices: Sequence[int]) -> dict[int, FullFrame] | Failed:
    try:
        return _decode_groups(path, indices, frame_table(path))
    except (OSError, av.error.FFmpegError) as error:
        return Failed("Unreadable", f"{path} cannot be read now: {error.strerror or error}")


def _decode_groups(path: Path, indices: Sequence[int], table: FrameTable) -> dict[int, FullFrame]:
    """The frames at full resolution."""
    reformatter = VideoReformatter()
    return {
        decoded.index: FullFrame(
            decoded.index, decoded.seconds, displayed(decoded.frame, reformatter), "pyav"
        )
        for decoded in decoded_frames(path, indices, table)
    }


def decoded_frames(path: Path, indices: Sequence[int], table: FrameTable) -> Iterator[Decoded]:
    """Frames by index, group by group: those behind one keyframe are decoded together.

    Raises, while iterating:
        OSError, av.error.FFmpegError: the file cannot be opened.
    """
    places = [bisect_left(table.times, pts) for pts in table.keyframes]
    groups: dict[int, set[int]] = {}
    for index in indices:
        groups.setdefault(max(0, bisect_right(places, index) - 1), set()).add(index)
    for group, wanted in sorted(groups.items()):
        segment = Segment(0, 0, None, None)
        if group > 0:
            segment = Segment(group, places[group], table.keyframes[group], None)
        for decoded in SegmentDecoder(path, segment, bool(table.times), table.rate):
            if decoded.index in wanted:
                yield decoded
            if decoded.index >= max(wanted):
                break


def frame_table(path: Path) -> FrameTable:
    """Scan a video's packets; the last few tables are remembered."""
    status = path.stat()
    return _frame_table(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _frame_table(path: Path, size: int, modified_ns: int) -> FrameTable:
    with open_video(path) as container:
        stream = video_stream(container)
        assert stream is not None, f"{path} had a video stream when probed"
        found = scan(container, stream)
        rotation = clockwise(found.first) if found.first is not None else 0
        times = found.sorted_times()
        time_base = stream.time_base or Fraction(1, av.time_base)
        return FrameTable(
            times=tuple(times) if found.exact else (),
            keyframes=tuple(found.keyframes) if found.exact else (),
            time_base=time_base,
            rate=average_rate(times, time_base, header_rates(stream))[0],
            closed=found.exact
            and not found.open_gop
            and not found.damaged
            and rotation == 0
            and container.format.name.partition(",")[0] in INDEXED_CONTAINERS,
        )
