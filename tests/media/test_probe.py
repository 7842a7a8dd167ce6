"""The probe: what it says of good files, and why it rejects the others."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.media import probe as module
from pipeline.media.probe import content_hash, probe
from pipeline.outcome import Rejected
from pipeline.records import Video
from tests.media.cases import CASES, FIRST_NUMBER, FRAMES, START_SECONDS, render_case
from tests.rendering import Encoding, numbered, render, render_numbers, render_silence, truncate


def video(path: Path) -> Video:
    found = probe(path, 0.1, 3600)
    assert isinstance(found, Video), found
    return found


def reason(path: Path) -> str:
    found = probe(path, 0.1, 3600)
    assert isinstance(found, Rejected), found
    assert str(path) in found.message
    return found.reason


@pytest.mark.parametrize("name", CASES)
def test_says_what_was_rendered(name: str, tmp_path: Path) -> None:
    found = video(render_case(tmp_path, name))
    encoding = CASES[name]
    assert found.frame_count == FRAMES - FIRST_NUMBER.get(name, 0)
    assert found.start_seconds == pytest.approx(START_SECONDS.get(name, 0.0), abs=1e-9)
    assert found.rotation == encoding.rotation
    assert (found.width, found.height) == ((161, 97) if "odd" in name else (160, 96))
    assert found.variable_frame_rate == (encoding.times is not None)
    assert not found.truncated
    assert found.exact_index == (name != "timeless.h264")
    assert bool(found.keyframes) == found.exact_index
    if not found.variable_frame_rate:
        assert Fraction(found.fps_num, found.fps_den) == encoding.rate
        assert found.duration_seconds == pytest.approx(found.frame_count / encoding.rate, abs=2e-3)


def test_same_bytes_same_id(tmp_path: Path) -> None:
    first = render_numbers(tmp_path / "a.mp4", 30)
    second = tmp_path / "b.mp4"
    second.write_bytes(first.read_bytes())
    assert video(first).id == video(second).id == content_hash(first)
    assert len(video(first).id) == 32


def test_rate_of_a_variable_video_is_frames_over_time(tmp_path: Path) -> None:
    times = [0, 512, 5000, 5512, 20000]
    found = video(render_numbers(tmp_path / "v.mp4", 5, Encoding(times=times)))
    assert Fraction(found.fps_num, found.fps_den) == 4 / (20000 * Fraction(1, 12800))


@pytest.mark.parametrize(("share", "least"), [(0.995, 55), (0.5, 10)])
def test_truncated_file_gives_the_frames_it_has(share: float, least: int, tmp_path: Path) -> None:
    encoding = Encoding(gop=1, container_options={"movflags": "faststart"})
    found = video(truncate(render_numbers(tmp_path / "cut.mp4", FRAMES, encoding), share))
    assert found.truncated
    assert found.claimed_frames == FRAMES
    assert least <= found.frame_count < FRAMES


def test_truncated_matroska_is_marked(tmp_path: Path) -> None:
    path = render_numbers(tmp_path / "cut.mkv", FRAMES)
    found = video(truncate(path, 0.4))
    assert found.truncated
    assert found.frame_count < FRAMES


def test_trimmed_end_is_no_truncation(tmp_path: Path) -> None:
    assert not video(render_case(tmp_path, "edit_list.mp4")).truncated


def test_cover_picture_is_no_video(tmp_path: Path) -> None:
    assert reason(render_silence(tmp_path / "sound.m4a", 2)) == "audio_only"


def test_length_limits(tmp_path: Path) -> None:
    path = render_numbers(tmp_path / "a.mp4", 30)
    short, long = probe(path, 2, 3600), probe(path, 0.1, 1)
    assert isinstance(short, Rejected) and short.reason == "too_short"
    assert isinstance(long, Rejected) and long.reason == "too_long"


def test_hostile_files(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(bytes(range(256)) * 400)
    text = tmp_path / "text.mp4"
    text.write_text("this is no video\n" * 100)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    loop = tmp_path / "loop.mp4"
    loop.symlink_to(loop)
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    huge = tmp_path / "huge.mp4"
    huge.write_bytes(b"\0\0\0\x01moov" + (1 << 62).to_bytes(8, "big") + bytes(1000))
    late_index = truncate(render_numbers(tmp_path / "cut.mp4", FRAMES), 0.5)
    for path in (garbage, text, loop, pipe, late_index, tmp_path, tmp_path / "gone.mp4"):
        assert reason(path) == "unreadable", path
    assert reason(empty) == "empty_file"
    assert reason(huge) == "no_video_stream"


def test_colon_in_a_name_is_no_protocol(tmp_path: Path) -> None:
    assert video(render_numbers(tmp_path / "a.mp4", 30).rename(tmp_path / "day:1.mp4"))


def test_playlist_reaches_no_network(tmp_path: Path) -> None:
    playlist = tmp_path / "list.mp4"
    playlist.write_text("#EXTM3U\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    assert reason(playlist) == "unreadable"


def test_huge_picture_is_rejected_not_allocated(tmp_path: Path) -> None:
    path = render_numbers(tmp_path / "a.mp4", 5, size=(160, 96))
    data = bytearray(path.read_bytes())
    header = data.index(b"avc1") + 4 + 24  # width and height of the sample entry
    data[header : header + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert isinstance(probe(path, 0.1, 3600), Video | Rejected)


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = render_numbers(tmp_path / "a.mp4", 5)

    def deny(path: Path) -> None:  # Tests may run as root, whom no mode stops.
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(module, "open_video", deny)
    found = probe(path, 0.1, 3600)
    assert isinstance(found, Rejected)
    assert (found.reason, "Permission denied" in found.message) == ("unreadable", True)


def test_keyframes_of_an_intra_only_video_are_thinned(tmp_path: Path) -> None:
    path = render_numbers(tmp_path / "intra.mp4", FRAMES, Encoding(gop=1))
    assert [k.frame_index for k in video(path).keyframes] == [0, 25, 50]


def test_stream_without_a_readable_frame(tmp_path: Path) -> None:
    path = render(tmp_path / "a.avi", [numbered(i) for i in range(30)], CASES["b_frames.avi"])
    data = bytearray(path.read_bytes())
    start, end = data.index(b"movi"), data.index(b"idx1")
    while (start := data.find(b"00dc", start, end)) >= 0:
        size = int.from_bytes(data[start + 4 : start + 8], "little")
        data[start + 8 : start + 8 + size] = bytes(size)
        start += 8 + size
    path.write_bytes(data)
    assert reason(path) == "zero_frames"
