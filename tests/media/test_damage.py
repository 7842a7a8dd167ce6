"""Damaged files: whatever the bytes, values come back and indices and times stay in order."""

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.media.extraction import Extraction, extract
from pipeline.media.isolation import Isolation
from pipeline.media.probe import probe
from pipeline.media.random_access import read_frames
from pipeline.media.segments import split_at_keyframes
from pipeline.outcome import Failed, Rejected
from pipeline.recipe import FramesSettings
from pipeline.records import Video
from tests.media.cases import CASES, render_case
from tests.rendering import Encoding, render_numbers


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(timeout_seconds=20, memory_mb=1024) as isolation:
        yield isolation


def damage(data: bytes, chance: random.Random) -> bytes:
    """Flip, zero, cut out or double some bytes, in the header or anywhere."""
    spoilt = bytearray(data)
    reach = chance.choice([len(data), min(len(data), 2000)])
    start = chance.randrange(reach)
    end = min(len(data), start + chance.randrange(1, 2000))
    match chance.choice(["flip", "zero", "cut", "double"]):
        case "flip":
            for _ in range(chance.choice([1, 5, 50])):
                spoilt[chance.randrange(reach)] = chance.randrange(256)
        case "zero":
            spoilt[start:end] = bytes(end - start)
        case "cut":
            del spoilt[start:end]
        case _:
            spoilt[end:end] = spoilt[start:end]
    return bytes(spoilt)


def segments(video: Video, isolation: Isolation) -> list[Extraction | Failed]:
    keyframes = [(k.pts, k.frame_index) for k in video.keyframes]
    time_base = Fraction(video.time_base_num, video.time_base_den)
    rate = Fraction(video.fps_num, video.fps_den)
    return [
        isolation.call(
            extract, Path(video.path), part, video.exact_index, rate, None, FramesSettings()
        )
        for part in split_at_keyframes(keyframes, time_base, 0.01)
    ]


@pytest.mark.parametrize("name", CASES)
def test_damaged_bytes(name: str, isolation: Isolation, tmp_path: Path) -> None:
    path = render_case(tmp_path, name)
    whole = path.read_bytes()
    chance = random.Random(name)
    for _ in range(4):
        path.write_bytes(damage(whole, chance))
        video = isolation.call(probe, path, 0.01, 3600.0)
        if isinstance(video, Rejected | Failed):
            continue
        for extraction in segments(video, isolation):
            if isinstance(extraction, Failed):
                continue
            for earlier, later in pairwise(extraction.measured):
                assert earlier.frame_index < later.frame_index
                assert earlier.pts_seconds < later.pts_seconds
        frames = read_frames(path, [0, 20, video.frame_count - 1], isolation)
        assert isinstance(frames, Failed) or all(i == f.frame_index for i, f in frames.items())


def test_clock_that_starts_again_is_not_trusted(tmp_path: Path) -> None:
    """Two recordings in one transport stream: the second one's times lie before the first's."""
    late = Encoding(shift=512 * 100)
    first = render_numbers(tmp_path / "a.ts", 40, late).read_bytes()
    second = render_numbers(tmp_path / "b.ts", 40).read_bytes()
    path = tmp_path / "both.ts"
    path.write_bytes(first + second)
    video = probe(path, 0.01, 3600.0)
    assert isinstance(video, Video)
    assert not video.exact_index and not video.truncated
    with Isolation(timeout_seconds=20, memory_mb=1024) as isolation:
        (extraction,) = segments(video, isolation)
    assert isinstance(extraction, Extraction)
    assert len(extraction.measured) == 80 - extraction.decode_errors >= 79
    times = [frame.pts_seconds for frame in extraction.measured]
    assert all(0 < b - a < 0.1 for a, b in pairwise(times))
