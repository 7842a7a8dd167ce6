"""What a workspace costs as it grows: the whole pipeline over recorded videos, size by size.

    python -m benchmarks.scale [--videos 1000 10000] [--listed 100000] [--s3 10000] [--json]

For each size, each step in a process of its own: a run from the inputs to the published dataset,
the same run again with nothing to do, `plan`, `status`, and a run with one video more. Inputs,
planning, keys, packs, Ray's lanes, parts, compaction, ledger, run log, the program writer and
publishing are the real ones. What decodes or holds a model plays a recording instead
(`benchmarks/scale_corpus.py`): the time of decoders and models is not measured, nor are endpoints,
clusters or object stores; and a video has few rows: 4 frames and captions, 1 group, 1 question,
2.5 boxes.

`--listed` finds so many files of a local folder; `--s3` so many keys of a bucket that moto serves
on loopback. Prints tables for each size and what a video costs from one size to the next; `--json`
all figures.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from benchmarks.scale_corpus import write_inputs
from benchmarks.scale_files import count_files
from benchmarks.scale_listing import listed_on_s3

STEPS: Final = (("run", "run"), ("no-op", "run"), ("plan", "plan"), ("status", "status"))
"""What a step is called, and what it does."""
MORE: Final = "one more"

Figures = dict[str, Any]


def in_process(step: str, videos: Path, work: Path, cpus: int) -> Figures:
    """Run a step of `benchmarks.scale_case`."""
    command = [sys.executable, "-m", "benchmarks.scale_case", step, str(videos), str(work)]
    done = subprocess.run([*command, str(cpus)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure(videos: int, root: Path, cpus: int) -> Figures:
    """All steps over so many videos, in a folder that has none yet."""
    folder, work = root / f"videos-{videos}", root / f"work-{videos}"
    write_inputs(folder, videos)
    found: Figures = {"videos": videos}
    for name, step in STEPS:
        found[name] = in_process(step, folder, work, cpus)
        if name == "run":
            found["files"] = count_files(work)
    assert found["no-op"]["ray"] is False, "a run with nothing to do started Ray"
    assert found["plan"]["new"] == 0
    write_inputs(folder, videos + 1)
    found[MORE] = in_process("run", folder, work, cpus)
    return found


def show(found: Figures) -> None:
    """The figures of one size."""
    videos = found["videos"]
    print(f"\n{videos:,} videos\n")
    print("| step | s | driver CPU, s | driver peak, MB |")
    print("|---|---:|---:|---:|")
    for name in (*(name for name, _ in STEPS), MORE):
        step = found[name]
        print(f"| {name} | {step['wall_s']:.1f} | {step['cpu_s']:.1f} | {step['peak_mb']:.0f} |")
    print("\n| stage | units | packs | s | driver CPU, ms a unit | driver peak, MB |")
    print("|---|---:|---:|---:|---:|---:|")
    for s in found["run"]["stages"]:
        cpu = 1000 * s["driver_cpu_s"] / max(1, s["units"])
        print(
            f"| {s['stage']} | {s['units']:,} | {s['packs']:,} | {s['seconds']:.1f} | {cpu:.2f} "
            f"| {s['peak_mb']:.0f} |"
        )
    print("\n| below the workspace | files | MB | KB a video |")
    print("|---|---:|---:|---:|")
    for place, (files, size) in found["files"].items():
        print(f"| {place} | {files:,} | {size / 1e6:.1f} | {size / 1e3 / videos:.2f} |")


def compare(small: Figures, large: Figures) -> None:
    """What a video costs from one size to the next: 1.0 is linear in time, memory is its growth."""
    before, after = small["videos"], large["videos"]
    print(f"\nfrom {before:,} to {after:,} videos\n")
    print("| step | time a video, ratio | driver memory, bytes a video more |")
    print("|---|---:|---:|")
    for name in (*(name for name, _ in STEPS), MORE):
        one, other = small[name], large[name]
        ratio = (other["wall_s"] / after) / (one["wall_s"] / before)
        growth = (other["peak_mb"] - one["peak_mb"]) * 2**20 / (after - before)
        print(f"| {name} | {ratio:.2f} | {growth:,.0f} |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--videos", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--cpus", type=int, default=2, help="of Ray")
    parser.add_argument("--listed", type=int, default=100_000, help="local files; 0: none")
    parser.add_argument("--s3", type=int, default=10_000, help="keys of a bucket; 0: none")
    parser.add_argument("--root", type=Path, help="an empty folder to keep all of it in")
    parser.add_argument("--json", action="store_true", help="one object a line, and no tables")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root = options.root or Path(folder)
        sizes: list[Figures] = []
        for videos in options.videos:
            sizes.append(measure(videos, root, options.cpus))
            print(json.dumps(sizes[-1])) if options.json else show(sizes[-1])
        for small, large in pairwise(sizes):
            if not options.json:
                compare(small, large)
        if options.listed:
            write_inputs(root / "listed", options.listed)
            found = in_process("list", root / "listed", root, options.cpus)
            say("local files", found, as_json=options.json)
        if options.s3:
            say("keys on loopback S3", listed_on_s3(options.s3), as_json=options.json)


def say(what: str, found: Figures, *, as_json: bool) -> None:
    """The figures of a listing."""
    if as_json:
        print(json.dumps({"listing": what, **found}))
    else:
        seconds, memory = found["wall_s"], found["peak_mb"]
        print(f"\nlisting {found['inputs']:,} {what}: {seconds:.1f} s, peak {memory:.0f} MB")


if __name__ == "__main__":
    main()
