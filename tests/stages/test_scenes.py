"""The `scenes` stage: the same cuts however the video was cut into segments."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.outcome import Kept
from pipeline.recipe import FramesSettings, ScenesSettings
from pipeline.records import Metric, Scene
from pipeline.stages import scenes
from pipeline.stages.scenes import SegmentMetrics, VideoClock
from pipeline.store import BlobStore, Store
from tests.footage import bikes
from tests.rendering import Encoding, Picture, render
from tests.stages.segments import decode, recipe, view
from tests.stages.units import kept, run, unit


def find(
    path: Path, minutes: float, settings: ScenesSettings, folder: Path, lose: int | None = None
) -> tuple[list[Metric], list[Scene]]:
    """Metrics and scenes of a video in segments of `minutes`, one of them lost on the way."""
    blobs = BlobStore(Store(folder))
    video, outcomes = decode(path, FramesSettings(segment_minutes=minutes), blobs)
    rows = [r for o in outcomes if isinstance(o, Kept) for r in o.rows]
    metrics = [r for r in rows if isinstance(r, Metric) and r.ordinal != lose]
    stage = scenes.stage(recipe(scenes=settings))
    segments = [view(SegmentMetrics, metric) for metric in metrics]
    (outcome,) = run(stage, blobs, unit(stage, video.id, view(VideoClock, video), *segments))
    return metrics, list(kept(outcome))


def shots(cuts: list[int], count: int) -> Iterator[Picture]:
    """Flat colours that change at `cuts`."""
    generator = np.random.default_rng(3)
    colour = generator.integers(0, 255, 3)
    for i in range(count):
        if i in cuts:
            colour = (colour + 120) % 255
        yield np.broadcast_to(colour, (96, 160, 3)).astype(np.uint8)


@pytest.mark.parametrize("open_gop", [0, 1])
def test_cut_exactly_at_a_segment_border(open_gop: int, tmp_path: Path) -> None:
    cuts = [24, 48, 72, 100]
    options = {"x264-params": f"open-gop={open_gop}:scenecut=0:b-adapt=0:keyint=24:min-keyint=24"}
    encoding = Encoding(b_frames=2, gop=24, options=options)
    path = render(tmp_path / "a.mp4", shots(cuts, 120), encoding)
    _, whole = find(path, 10, ScenesSettings(), tmp_path)
    metrics, divided = find(path, 0.001, ScenesSettings(), tmp_path)
    borders = [m.frame_index[0] for m in metrics[1:]]
    assert set(borders) & set(cuts), "no cut lies on a border: the test would prove nothing"
    assert [scene.start_frame for scene in divided] == [0, *cuts]
    assert divided == whole


@pytest.mark.parametrize("detector", ["content", "adaptive", "threshold"])
def test_segments_do_not_matter_on_real_footage(detector: str, tmp_path: Path) -> None:
    settings = ScenesSettings.model_validate({"detector": detector})
    metrics, divided = find(bikes(), 0.02, settings, tmp_path)
    _, whole = find(bikes(), 10, settings, tmp_path)
    assert len(metrics) > 2
    assert divided == whole
    assert [s.ordinal for s in whole] == list(range(len(whole)))
    assert all(a.end_seconds == b.start_seconds for a, b in pairwise(whole))


def test_lost_segment_leaves_the_others_right(tmp_path: Path) -> None:
    _, whole = find(bikes(), 0.02, ScenesSettings(), tmp_path)
    metrics, holed = find(bikes(), 0.02, ScenesSettings(), tmp_path, lose=1)
    hole = range(metrics[0].frame_index[-1] + 1, metrics[1].frame_index[0] + 1)
    expected = {s.start_frame for s in whole if s.start_frame not in hole}
    assert {s.start_frame for s in holed} >= {f for f in expected if f not in hole}


def test_threshold_is_identity() -> None:
    identities = [
        scenes.stage(recipe(scenes=ScenesSettings(threshold=t))).identity for t in (None, 20, 30)
    ]
    assert len({str(identity) for identity in identities}) == 3
