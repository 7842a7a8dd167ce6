"""Random access: the frame asked for, by either backend, with the container's index and time."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.media.isolation import Isolation
from pipeline.media.random_access import FullFrame, read_frames
from pipeline.outcome import Failed
from tests.footage import bikes
from tests.media.cases import CASES, FIRST_NUMBER, FRAMES, expected_seconds, render_case
from tests.rendering import Encoding, read_number, render_numbers, truncate

DECORD_READS = {
    "constant.mp4",
    "constant.webm",
    "ntsc.mkv",
    "variable.mp4",
    "variable.mkv",
    "b_frames.mp4",
    "fragmented.mp4",
    "late_start.mp4",
    "late_start.mkv",
    "odd.mp4",
    "ten_bit.mp4",
}
"""Cases that decord gets right; it silently returns wrong frames of several others."""


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(timeout_seconds=60, memory_mb=1024) as isolation:
        yield isolation


def read(path: Path, indices: list[int], isolation: Isolation) -> dict[int, FullFrame]:
    found = read_frames(path, indices, isolation)
    assert not isinstance(found, Failed), found
    return found


@pytest.mark.parametrize("name", CASES)
def test_frame_asked_for_is_the_frame_given(
    name: str, isolation: Isolation, tmp_path: Path
) -> None:
    first = FIRST_NUMBER.get(name, 0)
    indices = [37, 0, 5, 11, 12, 13, 36, 24, FRAMES - first - 1]
    found = read(render_case(tmp_path, name), indices, isolation)
    assert sorted(found) == sorted(indices)
    assert {i: read_number(f.picture) for i, f in found.items()} == {i: i + first for i in indices}
    times = expected_seconds(name)
    assert [found[i].pts_seconds for i in indices] == pytest.approx(
        [times[i] for i in indices], abs=1e-3
    )
    decord = name in DECORD_READS and importlib.util.find_spec("decord") is not None
    assert {f.backend for f in found.values()} == {"decord" if decord else "pyav"}


@pytest.mark.parametrize("share", [0.995, 0.5])
def test_truncated_file(share: float, isolation: Isolation, tmp_path: Path) -> None:
    encoding = Encoding(gop=1, container_options={"movflags": "faststart"})
    path = truncate(render_numbers(tmp_path / "cut.mp4", FRAMES, encoding), share)
    found = read(path, [0, 10, FRAMES - 1], isolation)
    assert {i: read_number(f.picture) for i, f in found.items()} == {0: 0, 10: 10}


def test_real_footage_at_full_resolution(isolation: Isolation) -> None:
    found = read(bikes(), [0, 100, 249], isolation)
    assert {f.picture.shape for f in found.values()} == {(272, 640, 3)}


def test_file_that_went_away(isolation: Isolation, tmp_path: Path) -> None:
    failed = read_frames(tmp_path / "gone.mp4", [0], isolation)
    assert isinstance(failed, Failed) and failed.error_class == "Unreadable"
