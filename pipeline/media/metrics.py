"""Per-frame numbers on a small picture: what scene detectors, sampling and selection need.

The hue, saturation and brightness changes are bit for bit those of PySceneDetect 0.7.2 reading
through OpenCV, because they are measured on the same small picture (`pipeline.media.shrink`);
docs/media.md says where versions of OpenCV see another one.
"""

from dataclasses import dataclass

import cv2
from av.video.frame import VideoFrame

from pipeline.media.pictures import Picture
from pipeline.media.shrink import Shrinker, fit

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


class MetricsReader:
    """Measures the frames of a segment in presentation order."""

    def __init__(self) -> None:
        self._shrinker = Shrinker()
        self._grey: Picture | None = None
        self._hsv: Picture | None = None
        self._blocks: Picture | None = None

    def measure(self, frame: VideoFrame) -> FrameMetrics:
        """The numbers of the next frame."""
        small = self._shrinker.small(frame)
        hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV)
        grey = cv2.cvtColor(small, cv2.COLOR_BGRA2GRAY)
        size = fit((grey.shape[1], grey.shape[0]), MOTION_SIDE)
        blocks = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
        hue, sat, lum = (0.0, 0.0, 0.0) if self._hsv is None else _mean_change(hsv, self._hsv)
        change = 0.0 if self._blocks is None else cv2.mean(cv2.absdiff(blocks, self._blocks))[0]
        self._hsv, self._grey, self._blocks = hsv, grey, blocks
        return FrameMetrics(
            delta_hue=hue,
            delta_sat=sat,
            delta_lum=lum,
            average_rgb=sum(cv2.sumElems(small)[:3]) / (3 * grey.size),
            luma_change=change,
        )

    def sharpness(self) -> float:
        """Variance of the Laplacian of the frame that was measured last."""
        assert self._grey is not None, "a frame was measured"
        _, deviation = cv2.meanStdDev(cv2.Laplacian(self._grey, cv2.CV_16S))
        return float(deviation[0, 0] ** 2)


def _mean_change(now: Picture, before: Picture) -> tuple[float, float, float]:
    """Of each channel: the exact sum of its changes, divided once, as PySceneDetect does."""
    first, second, third, _ = cv2.sumElems(cv2.absdiff(now, before))
    count = now.shape[0] * now.shape[1]
    return first / count, second / count, third / count
