"""Decoded frames as pixels and as JPEG, turned for display."""

from typing import TypeAlias, cast

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter
from cv2.typing import MatLike

from pipeline.media.source import clockwise

Picture: TypeAlias = MatLike
"""8-bit pixels, height by width by channels in the order blue, green, red."""

Lines: TypeAlias = npt.NDArray[np.uint8]
"""Bytes of one plane, a row a line."""

UNSPECIFIED = 2
HIGH_DEFINITION_LINES = 720
"""Video of this height and above uses BT.709's colours where the file does not say."""

_TURNS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def lines(plane: VideoPlane, pixel_bytes: int = 1) -> Lines:
    """A plane's bytes, line by line, without a copy; they keep the frame alive."""
    flat = np.frombuffer(cast(memoryview, plane), np.uint8)
    return flat.reshape(plane.height, plane.line_size)[:, : plane.width * pixel_bytes]


def pixels(frame: VideoFrame, channels: int = 3) -> Picture:
    """The pixels of a packed frame with a byte a channel, without a copy."""
    return lines(frame.planes[0], channels).reshape(frame.height, frame.width, channels)


def displayed(
    frame: VideoFrame, reformatter: VideoReformatter, long_side: int | None = None
) -> Picture:
    """The frame as a viewer sees it: right colours, turned, scaled down to `long_side`."""
    factor = max(1.0, max(frame.width, frame.height) / long_side) if long_side else 1.0
    colours: Colorspace | int = frame.colorspace
    if colours == UNSPECIFIED:
        high = min(frame.width, frame.height) >= HIGH_DEFINITION_LINES
        colours = Colorspace.ITU709 if high else Colorspace.ITU601
    scaled = reformatter.reformat(
        frame,
        width=max(1, round(frame.width / factor)),
        height=max(1, round(frame.height / factor)),
        format="bgr24",
        src_colorspace=colours,
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
        threads=1,
    )
    return turned(pixels(scaled), frame)


def turned(picture: Picture, frame: VideoFrame) -> Picture:
    """A picture of `frame`, turned for display."""
    turn = clockwise(frame)
    return picture if turn == 0 else cv2.rotate(picture, _TURNS[turn])


def encode_jpeg(picture: Picture, quality: int) -> bytes:
    """JPEG bytes of a BGR picture; the same pixels give the same bytes."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done, "OpenCV encodes every 8-bit BGR picture"
    return data.tobytes()
