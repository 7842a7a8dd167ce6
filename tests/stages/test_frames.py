"""The `frames` stage: sampled frames in blobs and metrics of all frames, segment by segment."""

from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.recipe import FramesRuntime, FramesSettings, Recipe, Runtime
from pipeline.records import Frame, Metric
from pipeline.stages import frames
from pipeline.store import BlobStore, Store
from tests.footage import bikes
from tests.media.cases import CASES, FIRST_NUMBER, FRAMES, render_case
from tests.rendering import Encoding, read_number, render_numbers
from tests.stages.segments import decode, probed, segment_units
from tests.stages.units import run

EVERY = FramesSettings(sampling="fixed", fps=1000.0, segment_minutes=0.005)
"""Every frame is kept, in segments of a third of a second or a little more."""


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(Store(tmp_path / "store"))


def parts(outcomes: list[Outcome]) -> tuple[list[Metric], list[Frame], dict[str, bytes]]:
    """The rows and blobs of segments that must all have been kept."""
    rows = [row for o in outcomes if isinstance(o, Kept) for row in o.rows]
    stored = {sha256(b).hexdigest(): b for o in outcomes if isinstance(o, Kept) for b in o.blobs}
    assert all(isinstance(outcome, Kept) for outcome in outcomes), outcomes
    metrics = [row for row in rows if isinstance(row, Metric)]
    return metrics, [row for row in rows if isinstance(row, Frame)], stored


def jpeg(frame: Frame, stored: dict[str, bytes]) -> bytes:
    data = stored[frame.blob][frame.offset : frame.offset + frame.length]
    assert sha256(data).hexdigest() == frame.sha256
    return data


@pytest.mark.parametrize("name", CASES)
def test_pixels_of_every_jpeg_carry_its_index(name: str, blobs: BlobStore, tmp_path: Path) -> None:
    video, outcomes = decode(render_case(tmp_path, name), EVERY, blobs)
    metrics, sampled, stored = parts(outcomes)
    first = FIRST_NUMBER.get(name, 0)
    assert [f.frame_index for f in sampled] == list(range(FRAMES - first))
    assert [m.ordinal for m in metrics] == list(range(len(outcomes)))
    for frame in sampled:
        picture = cv2.imdecode(np.frombuffer(jpeg(frame, stored), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape[:2] == (frame.height, frame.width) == (video.height, video.width)
        assert read_number(picture) == frame.frame_index + first
        assert frame.id == f"{video.id}/f{frame.frame_index}"


def test_metrics_of_segments_overlap_by_one_frame(blobs: BlobStore, tmp_path: Path) -> None:
    _, outcomes = decode(render_case(tmp_path, "open_gop.mp4"), EVERY, blobs)
    metrics, _, _ = parts(outcomes)
    assert [m.ordinal for m in metrics] == list(range(len(metrics))) and len(metrics) > 1
    covered = [index for m in metrics[:-1] for index in m.frame_index[:-1]]
    assert [*covered, *metrics[-1].frame_index] == list(range(FRAMES))
    for metric, following in pairwise(metrics):
        assert metric.frame_index[-1] == following.frame_index[0]
        assert metric.delta_lum[-1] > 0 and following.delta_lum[0] == 0


def test_same_video_gives_the_same_bytes(blobs: BlobStore) -> None:
    settings = FramesSettings(segment_minutes=0.05)
    assert decode(bikes(), settings, blobs) == decode(bikes(), settings, blobs)


def test_motion_sampling_on_real_footage(blobs: BlobStore) -> None:
    _, outcomes = decode(bikes(), FramesSettings(), blobs)
    _, sampled, stored = parts(outcomes)
    assert 20 <= len(sampled) <= 40  # 10 s that move, at 2 to 4 frames a second
    assert max(f.motion for f in sampled) > FramesSettings().dynamic_motion
    assert all(f.sharpness > 0 and (f.width, f.height) == (640, 272) for f in sampled)
    assert sum(f.length for f in sampled) == sum(map(len, stored.values()))


@pytest.mark.parametrize("minutes", [10, 0.02])
def test_limit_holds_for_the_video_and_is_spread(minutes: float, blobs: BlobStore) -> None:
    settings = FramesSettings(
        sampling="fixed", fps=25, max_per_video=20, segment_minutes=minutes, long_side=64
    )
    _, outcomes = decode(bikes(), settings, blobs)
    _, sampled, _ = parts(outcomes)
    assert 15 <= len(sampled) <= 20
    assert max(f.width for f in sampled) == 64
    gaps = np.diff([f.pts_seconds for f in sampled])
    assert gaps.max() < 1.5


def test_keyframes_only(blobs: BlobStore, tmp_path: Path) -> None:
    path = render_numbers(
        tmp_path / "a.mp4", FRAMES, Encoding(gop=15, options={"sc_threshold": "0"})
    )
    _, outcomes = decode(path, FramesSettings(sampling="keyframes"), blobs)
    _, sampled, _ = parts(outcomes)
    assert [f.frame_index for f in sampled] == [0, 15, 30, 45]


def test_file_that_went_away_fails_and_bytes_that_went_bad_reject(
    blobs: BlobStore, tmp_path: Path
) -> None:
    path = render_numbers(tmp_path / "a.avi", FRAMES, CASES["b_frames.avi"])
    video = probed(path)
    stage = frames.stage(Recipe(name="t"))
    units = segment_units(stage, video)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"movi"), data.index(b"idx1")
    while (start := data.find(b"00dc", start, end)) >= 0:
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        data[start + 8 : start + 8 + size] = bytes(size)
        start += 8 + size
    path.write_bytes(data)
    (rejected,) = run(stage, blobs, *units)
    assert isinstance(rejected, Rejected) and rejected.reason == "no_frames"
    path.unlink()
    (failed,) = run(stage, blobs, *units)
    assert isinstance(failed, Failed) and failed.error_class == "Unreadable"


def test_time_limit_is_a_failure_and_no_identity(blobs: BlobStore) -> None:
    hurried = Recipe(name="t", runtime=Runtime(frames=FramesRuntime(timeout_seconds=0.001)))
    stage = frames.stage(hurried)
    (failed,) = run(stage, blobs, *segment_units(stage, probed(bikes())))
    assert isinstance(failed, Failed) and failed.error_class == "TimeLimit"
    assert stage.identity == frames.stage(Recipe(name="t")).identity
