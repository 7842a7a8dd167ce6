"""Decoding: the number in the pixels is the index, the time is the container's."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from av.video.reformatter import VideoReformatter

from pipeline.media.decode import Decoded, SegmentDecoder
from pipeline.media.pictures import displayed
from pipeline.media.probe import probe
from pipeline.media.segments import Segment, split_at_keyframes
from pipeline.records import Video
from tests.media.cases import CASES, FIRST_NUMBER, FRAMES, expected_seconds, render_case
from tests.rendering import Encoding, read_number, render_numbers, truncate


def segments(video: Video, minutes: float) -> tuple[Segment, ...]:
    keyframes = [(k.pts, k.frame_index) for k in video.keyframes]
    return split_at_keyframes(
        keyframes, Fraction(video.time_base_num, video.time_base_den), minutes
    )


def decode(path: Path, minutes: float) -> tuple[Video, list[list[Decoded]], int]:
    """The video, the frames of its segments, and the count of errors."""
    video = probe(path, 0.1, 3600)
    assert isinstance(video, Video)
    frames, errors = [], 0
    for segment in segments(video, minutes):
        rate = Fraction(video.fps_num, video.fps_den)
        decoder = SegmentDecoder(path, segment, video.exact_index, rate)
        frames.append(list(decoder))
        errors += decoder.errors
    return video, frames, errors


def number(decoded: Decoded) -> int:
    return read_number(displayed(decoded.frame, VideoReformatter()))


@pytest.mark.parametrize("minutes", [10, 0.005])
@pytest.mark.parametrize("name", CASES)
def test_number_index_and_time_agree(name: str, minutes: float, tmp_path: Path) -> None:
    video, parts, errors = decode(render_case(tmp_path, name), minutes)
    own = [decoded for part in parts for decoded in part if not decoded.beyond]
    first = FIRST_NUMBER.get(name, 0)
    assert errors == 0
    assert [d.index for d in own] == list(range(FRAMES - first))
    assert [number(d) for d in own] == list(range(first, FRAMES))
    if name == "timeless.h264":
        assert [d.seconds for d in own] == pytest.approx([i / 25 for i in range(FRAMES)])
    else:
        precision = 1e-3 if name.endswith((".mkv", ".webm")) else 1e-6
        assert [d.seconds for d in own] == pytest.approx(expected_seconds(name), abs=precision)
    assert own[0].seconds == pytest.approx(video.start_seconds)


@pytest.mark.parametrize("name", [n for n in CASES if n != "timeless.h264"])
def test_segments_end_with_the_first_frame_of_the_next(name: str, tmp_path: Path) -> None:
    _, parts, _ = decode(render_case(tmp_path, name), 0.005)
    assert len(parts) > 1
    for part, following in pairwise(parts):
        assert part[-1].beyond and not any(d.beyond for d in part[:-1])
        assert (part[-1].index, part[-1].seconds) == (following[0].index, following[0].seconds)
        assert number(part[-1]) == number(following[0])
    assert not parts[-1][-1].beyond


@pytest.mark.parametrize("share", [0.995, 0.5])
def test_truncated_file_gives_its_frames(share: float, tmp_path: Path) -> None:
    encoding = Encoding(gop=1, container_options={"movflags": "faststart"})
    path = truncate(render_numbers(tmp_path / "cut.mp4", FRAMES, encoding), share)
    video, (frames,), _ = decode(path, 10)
    assert [number(d) for d in frames] == [d.index for d in frames]
    assert len(frames) == video.frame_count > FRAMES * share * 0.6


def test_damage_leaves_a_hole_and_shifts_nothing(tmp_path: Path) -> None:
    path = render_numbers(
        tmp_path / "a.avi",
        FRAMES,
        Encoding(codec="mjpeg", gop=1, pixel_format="yuvj420p", time_base=Fraction(1, 25)),
    )
    data = bytearray(path.read_bytes())
    place = data.index(b"movi")
    for _ in range(10):
        place = data.index(b"00dc", place + 1)
    size = int.from_bytes(data[place + 4 : place + 8], "little")
    data[place + 8 : place + 8 + size] = bytes(size)
    path.write_bytes(data)
    video, (frames,), errors = decode(path, 10)
    assert video.frame_count == FRAMES
    assert errors == 1
    assert [number(d) for d in frames] == [d.index for d in frames]
    assert {d.index for d in frames} == set(range(FRAMES)) - {9}
