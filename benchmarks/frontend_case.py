"""One contender of `benchmarks/frontend.py` on one video, in a process of its own.

    python -m benchmarks.frontend_case CONTENDER VIDEO [FRAME ...]

Prints one line of JSON: wall-clock seconds, CPU seconds of the process and its children, how many
frames it gave, which ones it chose, and where it cut. Imports and the probe are not counted. FRAME
are the indices that a contender must sample which chooses none itself.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import decord
from av.video.reformatter import VideoReformatter
from scenedetect import ContentDetector, detect

import pipeline.media.extraction
import pipeline.media.scenes  # noqa: F401  the stages import them when they are called
from benchmarks.frontend_stages import isolation, probed, run_stages
from pipeline.media.metrics import MetricsReader
from pipeline.media.pictures import encode_jpeg
from pipeline.recipe import FramesSettings
from pipeline.records import Video

Found = dict[str, Any]


def stages(video: Video, wanted: Sequence[int], child: bool) -> Found:
    with isolation(child) as where:
        sampled, cuts = run_stages(video, where)
    return {"frames": len(sampled), "sampled": sampled, "cuts": cuts}


def peer(video: Video, wanted: Sequence[int], jpeg: bool) -> Found:
    """PySceneDetect, and then decord at full size, with or without what we store: JPEG."""
    scenes = detect(video.path, ContentDetector(), start_in_scene=True)
    pictures = sample(video, wanted)
    if jpeg:
        for picture in pictures:
            store(picture)
    cuts = [start.frame_num for start, _ in scenes[1:]]
    return {"frames": len(pictures), "sampled": list(wanted), "cuts": cuts}


def peer_command(video: Video, wanted: Sequence[int]) -> Found:
    """The same with PySceneDetect's command, as people run it."""
    program = Path(sys.executable).with_name("scenedetect")
    order = ["-q", "-i", video.path, "detect-content", "list-scenes", "--no-output-file"]
    subprocess.run([program, *order], check=True, stdout=subprocess.DEVNULL)
    return {"frames": len(sample(video, wanted))}


def sample(video: Video, wanted: Sequence[int]) -> Any:
    return decord.VideoReader(video.path).get_batch(wanted).asnumpy()


def store(picture: Any) -> bytes:
    """A JPEG as ours are: scaled down, of the same quality."""
    settings = FramesSettings()
    factor = settings.long_side / max(picture.shape[:2])
    if factor < 1:
        picture = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return encode_jpeg(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings.jpeg_quality)


def pyav(video: Video, wanted: Sequence[int], threads: int, work: str = "nothing") -> Found:
    """Every frame decoded and dropped, or converted, or measured; 0 threads are automatic."""
    reformatter, reader, count = VideoReformatter(), MetricsReader(), 0
    with av.open(video.path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = threads
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            count += 1
            match work:
                case "bgr":
                    reformatter.reformat(frame, format="bgr24", threads=1)
                case "metrics":
                    reader.measure(frame)
    return {"frames": count}


def opencv(video: Video, wanted: Sequence[int]) -> Found:
    """Every frame decoded and converted to BGR: OpenCV gives no other."""
    capture, count = cv2.VideoCapture(video.path), 0
    while capture.read()[0]:
        count += 1
    return {"frames": count}


def decord_all(video: Video, wanted: Sequence[int]) -> Found:
    """Every frame decoded and converted to RGB: decord gives no other."""
    return {"frames": sum(1 for _ in decord.VideoReader(video.path))}


CONTENDERS: dict[str, Callable[[Video, Sequence[int]], Found]] = {
    "stages": partial(stages, child=False),
    "stages in a child": partial(stages, child=True),
    "PySceneDetect, decord": partial(peer, jpeg=False),
    "PySceneDetect, decord, JPEG": partial(peer, jpeg=True),
    "scenedetect command, decord": peer_command,
    "PyAV decode, 1 thread": partial(pyav, threads=1),
    "PyAV decode, auto threads": partial(pyav, threads=0),
    "PyAV decode, 1 thread, BGR": partial(pyav, threads=1, work="bgr"),
    "PyAV decode, 1 thread, metrics": partial(pyav, threads=1, work="metrics"),
    "OpenCV read": opencv,
    "decord read": decord_all,
}


def cpu_seconds() -> float:
    """Of this process with its threads, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> None:
    contender, path, *frames = sys.argv[1:]
    video, wanted = probed(Path(path)), [int(frame) for frame in frames]
    wall, cpu = time.perf_counter(), cpu_seconds()
    found = CONTENDERS[contender](video, wanted)
    spent = {"wall_s": time.perf_counter() - wall, "cpu_s": cpu_seconds() - cpu}
    print(json.dumps(spent | found))


if __name__ == "__main__":
    main()
