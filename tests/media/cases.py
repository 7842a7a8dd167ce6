"""Encodings of the same sixty numbered frames, one for each thing that files do to time."""

from fractions import Fraction
from pathlib import Path

from tests.rendering import Encoding, render_numbers

FRAMES = 60

OPEN_GOP = {"x264-params": "open-gop=1:scenecut=0:b-adapt=0"}
VARIABLE = [i * 512 + (i * i * 7) % 400 for i in range(FRAMES)]

CASES: dict[str, Encoding] = {
    "constant.mp4": Encoding(),
    "constant.webm": Encoding(codec="libvpx-vp9"),
    "ntsc.mkv": Encoding(rate=Fraction(30000, 1001), time_base=Fraction(1, 30000)),
    "variable.mp4": Encoding(b_frames=3, times=VARIABLE),
    "variable.mkv": Encoding(b_frames=3, times=VARIABLE),
    "b_frames.mp4": Encoding(b_frames=3),
    "b_frames.avi": Encoding(codec="mpeg4", b_frames=2, time_base=Fraction(1, 25)),
    "b_frames.mpg": Encoding(codec="mpeg2video", b_frames=2, time_base=Fraction(1, 25)),
    "fragmented.mp4": Encoding(
        b_frames=2, container_options={"movflags": "frag_keyframe+empty_moov"}
    ),
    "open_gop.mp4": Encoding(b_frames=3, options=OPEN_GOP),
    "open_gop.mkv": Encoding(b_frames=3, options=OPEN_GOP),
    "open_gop.ts": Encoding(b_frames=3, options=OPEN_GOP),
    "late_start.mp4": Encoding(
        b_frames=2, shift=512 * 50, container_options={"avoid_negative_ts": "disabled"}
    ),
    "late_start.mkv": Encoding(b_frames=2, shift=512 * 50),
    "edit_list.mp4": Encoding(
        b_frames=2,
        shift=-512 * 18,
        container_options={"avoid_negative_ts": "disabled", "use_editlist": "1"},
    ),
    "turned_90.mp4": Encoding(rotation=90),
    "turned_180.mp4": Encoding(rotation=180),
    "turned_270.mkv": Encoding(rotation=270),
    "odd.mp4": Encoding(pixel_format="yuv444p"),
    "ten_bit.mp4": Encoding(pixel_format="yuv420p10le"),
    "timeless.h264": Encoding(b_frames=2),
}

FIRST_NUMBER = {"edit_list.mp4": 18}
"""The number on the first frame that is shown; the edit list cuts those before it."""

START_SECONDS = {
    "late_start.mp4": 2.0,
    "late_start.mkv": 2.0,
    "open_gop.ts": 0.08,
    "b_frames.avi": 0.04,
    "b_frames.mpg": 0.54,
    "fragmented.mp4": 0.08,
}


def render_case(folder: Path, name: str) -> Path:
    """Render one of the cases."""
    size = (161, 97) if name.startswith("odd") else (160, 96)
    return render_numbers(folder / name, FRAMES, CASES[name], size)


def expected_seconds(name: str) -> list[float]:
    """The time of every shown frame, from how it was rendered, to the container's precision."""
    encoding = CASES[name]
    start = START_SECONDS.get(name, 0.0)
    count = FRAMES - FIRST_NUMBER.get(name, 0)
    if encoding.times is not None:
        return [float(pts * encoding.time_base) for pts in encoding.times]
    return [start + float(i / encoding.rate) for i in range(count)]
