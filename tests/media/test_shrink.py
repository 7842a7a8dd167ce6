"""The small picture: whatever way it is made, the pixels are PySceneDetect's."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

import pipeline.media.shrink
from pipeline.media.pictures import Picture, lines, pixels, turned
from pipeline.media.shrink import Shrinker, fit
from tests.rendering import Encoding, render

T = TypeVar("T")

FULL_RANGE = 2


def noise(pixel_format: str, width: int, height: int, seed: int = 0) -> VideoFrame:
    """A frame whose every byte is random, within ten bits where the format has them."""
    frame = VideoFrame(width, height, pixel_format)
    generator = np.random.default_rng(seed)
    for plane in frame.planes:
        whole = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
        whole[:] = generator.integers(0, 256, whole.size)
        if pixel_format.endswith("10le"):
            whole[1::2] &= 3
    return frame


def reference(frame: VideoFrame, size: tuple[int, int] | None = None) -> Picture:
    """The whole frame in BGR, turned and scaled: what PySceneDetect gets from OpenCV."""
    bgr = VideoReformatter().reformat(
        frame,
        format="bgr24",
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        interpolation=Interpolation.BICUBIC,
        threads=1,
    )
    picture = turned(pixels(bgr), frame)
    size = size or fit((picture.shape[1], picture.shape[0]), 256)
    return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)


def converted_rows(monkeypatch: pytest.MonkeyPatch, work: Callable[[], T]) -> tuple[T, list[int]]:
    """What `work` returns, and the heights of the frames that were converted for it."""
    heights: list[int] = []
    convert = pipeline.media.shrink._to_bgr

    def counted(frame: VideoFrame, reformatter: VideoReformatter) -> VideoFrame:
        heights.append(frame.height)
        return convert(frame, reformatter)

    monkeypatch.setattr(pipeline.media.shrink, "_to_bgr", counted)
    return work(), heights


@pytest.mark.parametrize(
    ("pixel_format", "width", "height", "rows"),
    [
        ("yuv420p", 768, 432, 144),
        ("yuvj420p", 768, 432, 144),
        ("yuv420p", 432, 768, 256),
        ("yuv420p", 1280, 720, 144),
        ("yuv420p", 1280, 730, 146),
        ("yuv420p", 405, 1280, 256),
        ("yuv420p", 1792, 14, 2),
        ("yuv420p", 3840, 2160, 144),
        ("yuv420p", 768, 430, 430),
        ("yuv420p", 768, 429, 429),
        ("yuv420p", 1024, 576, 576),
        ("yuv420p", 640, 360, 360),
        ("yuv420p", 720, 405, 405),
        ("yuv420p", 1920, 1080, 1080),
        ("yuv420p", 853, 480, 480),
        ("yuv420p", 256, 144, 144),
        ("yuv420p", 101, 57, 57),
        ("yuv422p", 768, 432, 432),
        ("yuv444p", 768, 432, 432),
        ("yuv420p10le", 768, 432, 432),
        ("yuva420p", 768, 432, 432),
        ("nv12", 768, 432, 432),
        ("gray", 768, 432, 432),
        ("rgb24", 768, 432, 432),
        ("gbrp", 768, 432, 432),
    ],
)
def test_pixels_are_those_of_the_whole_frame_scaled(
    pixel_format: str, width: int, height: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = noise(pixel_format, width, height)
    small, heights = converted_rows(monkeypatch, lambda: Shrinker().small(frame))
    assert small.shape[2] == 4 and small.dtype == np.uint8
    assert np.array_equal(small[:, :, :3], reference(frame))
    assert heights == [rows]


def test_full_range_is_heeded() -> None:
    frame, limited = noise("yuv420p", 768, 432), noise("yuv420p", 768, 432)
    frame.color_range = FULL_RANGE
    small = Shrinker().small(frame)[:, :, :3]
    assert np.array_equal(small, reference(frame))
    assert not np.array_equal(small, reference(limited))


def test_later_frames_of_another_form_are_brought_to_the_first_size() -> None:
    shrinker, size = Shrinker(), (256, 144)
    for seed, (width, height, pixel_format) in enumerate(
        [
            (768, 432, "yuv420p"),
            (640, 480, "yuv420p"),
            (1280, 720, "yuv420p"),
            (1280, 720, "yuvj420p"),
            (768, 432, "yuv444p"),
            (768, 432, "yuv420p"),
        ]
    ):
        frame = noise(pixel_format, width, height, seed)
        small = shrinker.small(frame)
        assert np.array_equal(small[:, :, :3], reference(frame, size))


def test_the_frame_is_not_kept_and_the_picture_is_its_own() -> None:
    shrinker, frame = Shrinker(), noise("yuv420p", 768, 432)
    small = shrinker.small(frame)
    before = small.copy()
    lines(frame.planes[0])[:] = 0
    shrinker.small(noise("yuv420p", 768, 432, 1))
    assert np.array_equal(small, before)


def frames(path: Path) -> list[VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_frames(rotation: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    shown = generator.integers(0, 256, (8, 4, 3)).astype(np.uint8).repeat(96, 0).repeat(108, 1)
    path = render(tmp_path / "turned.mp4", [shown] * 3, Encoding(rotation=rotation))
    for frame in frames(path):
        small, heights = converted_rows(monkeypatch, lambda f=frame: Shrinker().small(f))  # type: ignore[misc]
        assert small.shape == (256, 144, 4)
        assert np.array_equal(small[:, :, :3], reference(frame))
        assert heights[0] == frame.height // 3


def test_rows_of_interlaced_frames_are_not_taken_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = np.random.default_rng(4)
    pictures = generator.integers(0, 256, (3, 432, 768, 3)).astype(np.uint8)
    encoding = Encoding(
        codec="mpeg2video", options={"flags": "+ildct+ilme"}, time_base=Encoding().rate ** -1
    )
    path = render(tmp_path / "fields.mpg", pictures, encoding)
    for frame in frames(path):
        assert frame.interlaced_frame
        small, heights = converted_rows(monkeypatch, lambda f=frame: Shrinker().small(f))  # type: ignore[misc]
        assert np.array_equal(small[:, :, :3], reference(frame))
        assert heights[0] == 432
