"""Scenes from kept numbers are PySceneDetect's scenes from pixels."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from scenedetect import AdaptiveDetector, ContentDetector, ThresholdDetector, detect, open_video
from scenedetect.scene_manager import SceneManager
from scenedetect.stats_manager import StatsManager

from pipeline.media.extraction import extract
from pipeline.media.probe import probe
from pipeline.media.scenes import FoundScene, FrameScores, find_scenes
from pipeline.media.segments import Segment
from pipeline.recipe import FramesSettings
from pipeline.records import Video
from tests.footage import bikes
from tests.rendering import Encoding, Picture, render

Detector = Literal["content", "adaptive", "threshold"]
THEIRS: dict[Detector, Any] = {
    "content": ContentDetector,
    "adaptive": AdaptiveDetector,
    "threshold": ThresholdDetector,
}


def shots(lengths: list[int], fade: int = 0) -> Iterator[Picture]:
    """Shots of textured colour that drift, each fading in from and out to black."""
    generator = np.random.default_rng(1)
    for length in lengths:
        base = generator.integers(60, 220, (6, 10, 3))
        picture = np.repeat(np.repeat(base, 40, 0), 40, 1)
        for i in range(length):
            light = min(1.0, i / fade, (length - 1 - i) / fade) if fade else 1.0
            yield (np.roll(picture, i, 1) * light).astype(np.uint8)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("scenes")
    lengths = [40, 25, 33, 50, 8, 30]
    count = sum(lengths)
    jittered = [i * 512 + (i * 37) % 300 for i in range(count)]
    slowing = [i * 512 + max(0, i - 60) * 400 for i in range(count)]
    return {
        "bikes": bikes(),
        "constant": render(folder / "constant.mp4", shots(lengths), Encoding(b_frames=2)),
        "fades": render(folder / "fades.mp4", shots(lengths, 6), Encoding(b_frames=2)),
        "jittered": render(folder / "jittered.mp4", shots(lengths), Encoding(times=jittered)),
        "slowing": render(folder / "slowing.mp4", shots(lengths, 6), Encoding(times=slowing)),
        "late": render(
            folder / "late.mp4",
            shots(lengths),
            Encoding(shift=51200, container_options={"avoid_negative_ts": "disabled"}),
        ),
        "turned": render(folder / "turned.mp4", shots(lengths), Encoding(rotation=90)),
    }


NAMES = ["bikes", "constant", "fades", "jittered", "slowing", "late", "turned"]


@cache
def measure(path: Path) -> tuple[Video, list[FrameScores]]:
    video = probe(path, 0.1, 3600)
    assert isinstance(video, Video)
    rate = Fraction(video.fps_num, video.fps_den)
    found = extract(path, Segment(0, 0, None, None), True, rate, 0, FramesSettings())
    return video, [
        FrameScores(
            m.frame_index,
            m.pts_seconds,
            m.metrics.delta_hue,
            m.metrics.delta_sat,
            m.metrics.delta_lum,
            m.metrics.average_rgb,
        )
        for m in found.measured
    ]


def ours(path: Path, detector: Detector, threshold: float | None = None) -> list[FoundScene]:
    video, scores = measure(path)
    rate = Fraction(video.fps_num, video.fps_den)
    end = video.start_seconds + video.duration_seconds
    return find_scenes(scores, rate, end, detector, threshold, 15)


@pytest.mark.parametrize("name", NAMES)
def test_metrics_are_those_of_pyscenedetect(name: str, videos: dict[str, Path]) -> None:
    stats = StatsManager()
    manager = SceneManager(stats)
    manager.add_detector(ContentDetector())
    manager.add_detector(ThresholdDetector())
    manager.detect_scenes(open_video(str(videos[name])))
    keys = ["delta_hue", "delta_sat", "delta_lum", "average_rgb"]
    theirs = [
        stats.get_metrics(code, keys)
        for code in sorted(stats._frame_metrics, key=lambda code: code.pts)
    ]
    _, scores = measure(videos[name])
    assert len(scores) == len(theirs)
    mine = [(s.delta_hue, s.delta_sat, s.delta_lum, s.average_rgb) for s in scores]
    for own, other in zip(mine[1:], theirs[1:], strict=True):
        assert own == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize("detector", ["content", "adaptive", "threshold"])
@pytest.mark.parametrize("name", NAMES)
def test_cuts_are_those_of_pyscenedetect(
    name: str, detector: Detector, videos: dict[str, Path]
) -> None:
    video, _ = measure(videos[name])
    theirs = detect(str(videos[name]), THEIRS[detector](), start_in_scene=True)
    scenes = ours(videos[name], detector)
    cuts = [scene.start_seconds - video.start_seconds for scene in scenes[1:]]
    if detector == "threshold" and video.variable_frame_rate:
        # The middle of a fade is a frame number at the average rate there, a real frame here.
        assert len(cuts) == len(theirs) - 1
        return
    assert cuts == pytest.approx([start.seconds for start, _ in theirs[1:]], abs=1e-3)


def test_thresholds_are_passed_on(videos: dict[str, Path]) -> None:
    path = videos["bikes"]
    assert len(ours(path, "content", 200.0)) == 1
    assert ours(path, "content", 5.0) != ours(path, "content")
    assert len(ours(path, "adaptive", 100.0)) == 1
    assert len(ours(videos["fades"], "threshold")) > 1
    assert len(ours(videos["fades"], "threshold", 200.0)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_scenes_cover_the_video_without_gaps(name: str, videos: dict[str, Path]) -> None:
    video, scores = measure(videos[name])
    scenes = ours(videos[name], "content")
    assert scenes[0].start_frame == 0 and scenes[-1].end_frame == len(scores)
    assert scenes[0].start_seconds == video.start_seconds
    for scene, following in pairwise(scenes):
        assert scene.end_frame == following.start_frame
        assert scene.end_seconds == following.start_seconds
    assert all(s.start_seconds < s.end_seconds for s in scenes)
