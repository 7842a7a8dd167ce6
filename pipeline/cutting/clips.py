"""Cutting the clips of a dataset from the videos: the stretch of each sample as a file of its own.

The pictures are encoded anew, turned for display: a stretch hardly ever begins at a keyframe.
Sound is left out.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from pipeline.media.pictures import displayed
from pipeline.media.source import open_video, video_stream
from pipeline.outcome import Failed
from pipeline.publish.clips import Clip

CODECS: Final = {
    "libx264": {"crf": "18", "preset": "veryfast"},
    "mpeg4": {"qscale": "3"},
}
"""And how well they are to do; the first that this build of FFmpeg has is used."""


def cut(video: Path, clip: Clip, target: Path) -> int | Failed:
    """Write one clip; its own clock starts at 0.

    Returns:
        How many frames it has, or why it has none.
    """
    try:
        with open_video(video) as source, av.open(str(target), "w") as out:
            return _encode(_stretch(source, clip), out) or Failed(
                "NoFrames",
                f"{video} has no frame from {clip.start_seconds} to {clip.end_seconds} s",
            )
    except (OSError, av.error.FFmpegError) as error:
        return Failed("Unreadable", f"{video} cannot be cut: {error.strerror or error}")


def _stretch(source: Any, clip: Clip) -> Iterator[VideoFrame]:
    """The frames of a clip, as they are displayed."""
    stream = video_stream(source)
    assert stream is not None and stream.time_base is not None
    source.seek(int(clip.start_seconds / stream.time_base), stream=stream)
    reformatter = VideoReformatter()
    for frame in source.decode(stream):
        if frame.time is None or frame.time < clip.start_seconds:
            continue
        if frame.time >= clip.end_seconds:
            return
        picture = np.asarray(displayed(frame, reformatter), np.uint8)
        shown = VideoFrame.from_ndarray(picture, format="bgr24")
        shown.pts, shown.time_base = frame.pts, frame.time_base
        yield shown


def _encode(frames: Iterator[VideoFrame], out: Any) -> int:
    """Encode frames; returns how many there were."""
    codec = next(name for name in CODECS if name in av.codecs_available)
    stream, count, first = None, 0, 0
    for frame in frames:
        if stream is None:
            stream = out.add_stream(codec, rate=Fraction(30), options=dict(CODECS[codec]))
            stream.width, stream.height = frame.width // 2 * 2, frame.height // 2 * 2
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = frame.time_base
            first = frame.pts or 0
        small = frame.reformat(stream.width, stream.height, "yuv420p")
        small.pts, small.time_base = (frame.pts or 0) - first, frame.time_base
        out.mux(stream.encode(small))
        count += 1
    if stream is not None:
        out.mux(stream.encode(None))
    return count
