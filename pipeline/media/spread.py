"""Frames spread over a video: a fixed number of them, or some a second.

Times are seconds from the first frame. A frame stands for a moment from its own time until the next
one's, so the frame of a moment is the last that is not later.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
from av.video.reformatter import VideoReformatter

from pipeline.media.pictures import displayed, encode_jpeg
from pipeline.media.random_access import FrameTable, decoded_frames, frame_table
from pipeline.outcome import Failed

_ROUNDING: Final = 1e-6
"""Seconds: a moment that is a frame's own time but for rounding is that frame's."""


@dataclass(frozen=True, slots=True)
class SpreadFrame:
    """A frame that some window asks for."""

    frame_index: int
    seconds: float
    jpeg: bytes


@dataclass(frozen=True)
class Spread:
    """The frames of a video's windows."""

    frames: dict[int, SpreadFrame]
    """By index; those that could not be decoded are missing."""
    windows: tuple[tuple[int, ...], ...]
    """Of each window the indices of its frames, in order."""


def spread(
    path: Path,
    windows: Sequence[float | None],
    count: int | None,
    fps: float,
    long_side: int,
    jpeg_quality: int,
) -> Spread | Failed:
    """The frames of each window of a video, every one decoded once.

    Args:
        windows: where each ends, in seconds, itself not included; None: with the video.
        count: frames of a window, spread evenly from its first to its last; None: `fps` a second.
    """
    try:
        table = frame_table(path)
        if not table.times:
            return Failed("NoTimes", f"the frames of {path} have no times by which to find them")
        times = _seconds(table)
        chosen = tuple(_chosen(times, end, count, fps) for end in windows)
        wanted = sorted({index for indices in chosen for index in indices})
        reformatter = VideoReformatter()
        frames = {
            decoded.index: SpreadFrame(
                decoded.index,
                times[decoded.index],
                encode_jpeg(displayed(decoded.frame, reformatter, long_side), jpeg_quality),
            )
            for decoded in decoded_frames(path, wanted, table)
        }
    except (OSError, av.error.FFmpegError) as error:
        return Failed("Unreadable", f"{path} cannot be read: {error.strerror or error}")
    return Spread(frames, tuple(tuple(i for i in c if i in frames) for c in chosen))


def _seconds(table: FrameTable) -> list[float]:
    return [float((pts - table.times[0]) * table.time_base) for pts in table.times]


def _chosen(
    times: Sequence[float], end: float | None, count: int | None, fps: float
) -> tuple[int, ...]:
    shown = len(times) if end is None else bisect_right(times, end - _ROUNDING)
    if not shown:
        return ()
    last = times[shown - 1]
    if count is None:
        moments = [i / fps for i in range(int(last * fps + _ROUNDING) + 1)]
    elif count == 1:
        moments = [last / 2]
    else:
        moments = [last * i / (count - 1) for i in range(count)]
    return tuple(dict.fromkeys(bisect_right(times, m + _ROUNDING) - 1 for m in moments))
