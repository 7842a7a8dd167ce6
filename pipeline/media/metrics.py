"""Per-frame numbers on a small picture: what scene detectors, sampling and selection need.

The hue, saturation and brightness changes are bit for bit those of PySceneDetect 0.7.2 reading
through OpenCV: the whole frame to BGR with swscale's bicubic flags and BT.601's matrix, scaled
to a longer side of 256 with OpenCV's bilinear filter (which picks pixels, it does not average
them), compared in HSV. Scaling the planes first is faster and was measured to shift the hue of
grey pixels by up to 37 levels, enough to move cuts.
"""

from dataclasses import dataclass

import cv2
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from pipeline.media.pictures import Picture, pixels, turned

SMALL_SIDE = 256
"""PySceneDetect's default effective width."""

MOTION_SIDE = 64
"""Motion is measured on averaged blocks, where noise and film grain cancel out."""


@dataclass(frozen=True, slots=True)
class FrameMetrics:
    """The numbers of one frame; the changes are from the frame before, 0 for a first one."""

    delta_hue: float
    delta_sat: float
    delta_lum: float
    average_rgb: float
    luma_change: float
    """Mean absolute change of luma on the averaged picture, in 0..255 levels."""
    sharpness: float


class MetricsReader:
    """Measures the frames of a segment in presentation order."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._size: tuple[int, int] | None = None
        self._hsv: Picture | None = None
        self._blocks: Picture | None = None

    def measure(self, frame: VideoFrame) -> FrameMetrics:
        """The numbers of the next frame."""
        small = self._small(frame)
        hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        blocks = cv2.resize(grey, _fit(small, MOTION_SIDE), interpolation=cv2.INTER_AREA)
        hue, sat, lum = (0.0, 0.0, 0.0) if self._hsv is None else _mean_change(hsv, self._hsv)
        change = 0.0 if self._blocks is None else _mean_change(blocks, self._blocks)[0]
        self._hsv, self._blocks = hsv, blocks
        _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
        return FrameMetrics(
            delta_hue=hue,
            delta_sat=sat,
            delta_lum=lum,
            average_rgb=sum(cv2.mean(small)[:3]) / 3,
            luma_change=change,
            sharpness=float(deviation[0, 0] ** 2),
        )

    def _small(self, frame: VideoFrame) -> Picture:
        bgr = self._reformatter.reformat(
            frame,
            format="bgr24",
            src_colorspace=Colorspace.ITU601,
            dst_colorspace=Colorspace.ITU601,
            interpolation=Interpolation.BICUBIC,
            threads=1,
        )
        picture = turned(pixels(bgr), frame)
        # A later frame of another size is brought to the size of the first.
        self._size = self._size or _fit(picture, SMALL_SIDE)
        return cv2.resize(picture, self._size, interpolation=cv2.INTER_LINEAR)


def _fit(picture: Picture, side: int) -> tuple[int, int]:
    """Width and height with `side` as the longer one; a smaller picture keeps its own."""
    height, width = picture.shape[:2]
    factor = max(1.0, max(width, height) / side)
    return max(1, round(width / factor)), max(1, round(height / factor))


def _mean_change(now: Picture, before: Picture) -> tuple[float, float, float]:
    first, second, third, _ = cv2.mean(cv2.absdiff(now, before))
    return first, second, third
