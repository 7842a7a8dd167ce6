"""The small picture that metrics are measured on, the way PySceneDetect makes it.

PySceneDetect has OpenCV convert the whole frame to BGR, with swscale's bicubic flags and BT.601's
matrix, and scale it to a longer side of 256 with the bilinear filter. That filter does not
average: it reads the two pixels next to a point, and where the factor is odd only the one in the
middle, so that one row of three or five is enough, and is all that is converted here. Scaling the
planes themselves would be faster still and was measured to shift the hue of grey pixels by up to
37 levels, enough to move cuts.
"""

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from pipeline.media.pictures import Picture, lines, pixels, turned
from pipeline.media.source import clockwise

SMALL_SIDE = 256
"""PySceneDetect's default effective width."""

OF_FEW_ROWS = {"yuv420p": "yuv422p", "yuvj420p": "yuvj422p"}
"""Formats that swscale converts pixel by pixel, each with the nearest chroma, unless the frame is
interlaced or has an odd number of rows; and the format of a few rows of such a frame."""


class Shrinker:
    """Makes the small pictures of a video's frames."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._size: tuple[int, int] | None = None
        self._form: tuple[str, int, int, bool, int] | None = None
        self._middles: _Middles | None = None

    def small(self, frame: VideoFrame) -> Picture:
        """Blue, green, red and a byte without meaning for every pixel; turned for display.

        A later frame of another size is brought to the size of the first.
        """
        size = self._size = self._size or _shown_fit(frame)
        form = (
            frame.format.name,
            frame.width,
            frame.height,
            frame.interlaced_frame,
            clockwise(frame),
        )
        if form != self._form:
            step = _odd_step(frame, size)
            self._form, self._middles = form, None if step is None else _Middles(frame, step)
        if self._middles is not None:
            return turned(self._middles.of(frame), frame)
        picture = turned(pixels(_to_bgr(frame, self._reformatter), 4), frame)
        return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)


class _Middles:
    """The middle pixels of the squares of `step` by `step` pixels, of frames like `frame`."""

    def __init__(self, frame: VideoFrame, step: int) -> None:
        self._step = step
        self._reformatter = VideoReformatter()
        form = OF_FEW_ROWS[frame.format.name]
        self._rows = VideoFrame(frame.width, frame.height // step, form)
        self._luma, *self._chroma = map(lines, self._rows.planes)

    def of(self, frame: VideoFrame) -> Picture:
        """Convert the rows that hold them, and pick them."""
        step, middle = self._step, self._step // 2
        luma, *chroma = map(lines, frame.planes)
        self._luma[:] = luma[middle::step]
        for rows, plane in zip(self._chroma, chroma, strict=True):
            # Row r has the chroma of line r // 2, and the rows are even and odd in turn.
            rows[0::2] = plane[middle // 2 :: step]
            rows[1::2] = plane[(middle + step) // 2 :: step]
        self._rows.color_range = frame.color_range
        whole_rows = pixels(_to_bgr(self._rows, self._reformatter), 4).view(np.uint32)
        return np.ascontiguousarray(whole_rows[:, middle::step]).view(np.uint8)


def fit(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Width and height with `side` as the longer one; a smaller picture keeps its own."""
    width, height = size
    factor = max(1.0, max(width, height) / side)
    return max(1, round(width / factor)), max(1, round(height / factor))


def _shown_fit(frame: VideoFrame) -> tuple[int, int]:
    width, height = frame.width, frame.height
    return fit((height, width) if clockwise(frame) % 180 else (width, height), SMALL_SIDE)


def _odd_step(frame: VideoFrame, size: tuple[int, int]) -> int | None:
    """The side of the squares that are one pixel of `size` each, if their middles are enough."""
    if frame.format.name not in OF_FEW_ROWS or frame.interlaced_frame or frame.height % 2:
        return None
    width, height = size[::-1] if clockwise(frame) % 180 else size
    step = frame.width // width
    fits = (frame.width, frame.height) == (width * step, height * step)
    return step if fits and step > 1 and step % 2 else None


def _to_bgr(frame: VideoFrame, reformatter: VideoReformatter) -> VideoFrame:
    """The frame with four bytes a pixel, which swscale writes faster than three."""
    return reformatter.reformat(
        frame,
        format="bgr0",
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        interpolation=Interpolation.BICUBIC,
        threads=1,
    )
