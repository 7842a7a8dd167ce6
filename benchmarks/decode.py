"""How fast a video is decoded once for metrics and frames, against PySceneDetect and then frames.

    python benchmarks/decode.py VIDEO [--runs 3] [--segments 1]

Prints the median wall-clock and CPU seconds of each, and how many seconds of video a second of
CPU gets through. The CPU is what counts: a worker has one, while PySceneDetect decodes and
OpenCV computes in threads of their own.

* `one decode`: what the stage `frames` does in its isolated child, by segments;
* `two passes`: PySceneDetect's cuts, then a second decode with PyAV for the same frames as JPEG;
* `decode only`: PyAV's decoder with one thread, the floor of both.
"""

import argparse
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median

import av
from av.video.reformatter import VideoReformatter
from scenedetect import ContentDetector, detect

from pipeline.media.extraction import extract
from pipeline.media.pictures import displayed, encode_jpeg
from pipeline.media.probe import probe
from pipeline.media.segments import split_at_keyframes
from pipeline.recipe import FramesSettings
from pipeline.records import Video


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--segments", type=int, default=1, help="segments to cut it into")
    options = parser.parse_args()
    path: Path = options.video
    video = probe(path, 0.0, float("inf"))
    if not isinstance(video, Video):
        parser.error(video.message)
    settings = FramesSettings()
    minutes = video.duration_seconds / 60 / options.segments
    wanted = one_decode(video, minutes, settings)
    measured: dict[str, Callable[[], object]] = {
        "probe": lambda: probe(path, 0.0, float("inf")),
        "decode only": lambda: decode_only(path),
        "one decode": lambda: one_decode(video, minutes, settings),
        "two passes": lambda: two_passes(path, wanted, settings),
    }
    print(f"{path.name}: {video.duration_seconds:.1f} s, {video.width}x{video.height}", end=", ")
    print(f"{video.codec}, {video.frame_count} frames, {len(wanted)} kept")
    for name, work in measured.items():
        runs = [timed(work) for _ in range(options.runs)]
        wall, cpu = median(w for w, _ in runs), median(c for _, c in runs)
        speed = video.duration_seconds / cpu
        print(f"{name:>14}: {wall:6.2f} s wall, {cpu:6.2f} s CPU, {speed:8.1f} x real time")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and CPU seconds that a call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def one_decode(video: Video, minutes: float, settings: FramesSettings) -> set[int]:
    """Decode every segment as the stage does; the indices of the frames it keeps."""
    keyframes = [(k.pts, k.frame_index) for k in video.keyframes]
    time_base = Fraction(video.time_base_num, video.time_base_den)
    kept: set[int] = set()
    for segment in split_at_keyframes(keyframes, time_base, minutes):
        rate = Fraction(video.fps_num, video.fps_den)
        path = Path(video.path)
        found = extract(path, segment, video.exact_index, rate, None, settings)
        kept |= {frame.frame_index for frame in found.frames}
    return kept


def two_passes(path: Path, wanted: set[int], settings: FramesSettings) -> None:
    """PySceneDetect's cuts, then the same frames from a second decode."""
    detect(str(path), ContentDetector())
    reformatter = VideoReformatter()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for index, frame in enumerate(container.decode(stream)):
            if index in wanted:
                picture = displayed(frame, reformatter, settings.long_side)
                encode_jpeg(picture, settings.jpeg_quality)


def decode_only(path: Path) -> None:
    """Decode everything and look at nothing."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for _ in container.decode(stream):
            pass


if __name__ == "__main__":
    main()
