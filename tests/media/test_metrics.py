"""Metrics: PySceneDetect's to the last bit, and the ones of our own as defined."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from scenedetect import ContentDetector, ThresholdDetector, open_video
from scenedetect.scene_manager import SceneManager
from scenedetect.stats_manager import StatsManager

from pipeline.media.metrics import FrameMetrics, MetricsReader
from pipeline.media.shrink import Shrinker
from tests.rendering import Encoding, Picture, render

KEYS = ["delta_hue", "delta_sat", "delta_lum", "average_rgb"]


def drifting(width: int, height: int) -> Iterator[Picture]:
    """Twelve frames of soft colours that move, with a cut."""
    generator = np.random.default_rng(2)
    for shot in range(2):
        base = cv2.GaussianBlur(generator.integers(0, 256, (height, width, 3), np.uint8), (0, 0), 4)
        for i in range(6):
            yield np.roll(base, 5 * i + shot, 1)


def measured(path: Path) -> list[FrameMetrics]:
    reader = MetricsReader()
    with av.open(str(path)) as container:
        return [reader.measure(frame) for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("width", "height", "rotation"),
    [(768, 432, 0), (432, 768, 90), (1280, 720, 0), (640, 360, 0), (1920, 1080, 0), (320, 180, 0)],
)
def test_equal_to_pyscenedetect_to_the_last_bit(
    width: int, height: int, rotation: int, tmp_path: Path
) -> None:
    encoding = Encoding(rotation=rotation)
    path = render(tmp_path / "a.mp4", drifting(width, height), encoding)
    stats = StatsManager()
    manager = SceneManager(stats)
    manager.add_detector(ContentDetector())
    manager.add_detector(ThresholdDetector())
    manager.detect_scenes(open_video(str(path)))
    codes = sorted(stats._frame_metrics, key=lambda code: code.pts)
    theirs = [stats.get_metrics(code, KEYS) for code in codes]
    ours = [[getattr(metrics, key) for key in KEYS] for metrics in measured(path)]
    assert len(ours) == len(theirs) == 12
    assert ours[1:] == theirs[1:]
    assert ours[0][:3] == [0.0, 0.0, 0.0] and ours[0][3] == theirs[0][3]


def test_luma_change_and_sharpness_are_of_the_small_grey_picture(tmp_path: Path) -> None:
    path = render(tmp_path / "a.mp4", drifting(768, 432))
    reader, shrinker, before = MetricsReader(), Shrinker(), None
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            metrics = reader.measure(frame)
            grey = cv2.cvtColor(shrinker.small(frame), cv2.COLOR_BGRA2GRAY)
            blocks = cv2.resize(grey, (64, 36), interpolation=cv2.INTER_AREA).astype(int)
            change = 0.0 if before is None else float(np.abs(blocks - before).mean())
            assert metrics.luma_change == pytest.approx(change)
            edges = cv2.Laplacian(grey, cv2.CV_64F)
            assert reader.sharpness() == pytest.approx(float(edges.var()))
            before = blocks
