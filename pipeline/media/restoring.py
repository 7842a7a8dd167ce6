"""Making stored frames again from the video: the same decoder, the same scale, the same JPEG."""

from collections.abc import Sequence
from pathlib import Path

import av
from av.video.reformatter import VideoReformatter

from pipeline.media.pictures import displayed, encode_jpeg
from pipeline.media.random_access import decoded_frames, frame_table
from pipeline.outcome import Failed


def restore(
    path: Path, indices: Sequence[int], long_side: int, jpeg_quality: int
) -> dict[int, bytes] | Failed:
    """The JPEGs of frames by index, as the stage `frames` makes them; undecodable ones are missing.

    Byte-identical wherever the same libraries decode the same file.
    """
    reformatter = VideoReformatter()
    try:
        return {
            decoded.index: encode_jpeg(
                displayed(decoded.frame, reformatter, long_side), jpeg_quality
            )
            for decoded in decoded_frames(path, indices, frame_table(path))
        }
    except (OSError, av.error.FFmpegError) as error:
        return Failed("Unreadable", f"{path} cannot be read: {error.strerror or error}")
