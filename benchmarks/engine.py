"""What the engine costs, apart from what stages do.

    python -m benchmarks.engine [--units 10000] [--large 100000]

Prints one JSON line a figure:

* driver CPU a trivial unit over Ray (bar: 1 ms), beside a plain Python loop doing the same work
* a run with nothing to do over `--large` units (bar: 5 s, and Ray never starts)
* growth of the driver's peak memory from `--units` to `--large` units (bar: 200 bytes a unit), in
  a run that does all of them and in one that has nothing to do
* `demitasse --help` (bar: 0.3 s)

Each case runs in a process of its own, since peak memory only ever grows.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.engine_case import Double


def in_process(root: Path, units: int, *flags: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.engine_case", str(root), str(units), *flags]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        ray = in_process(root / "ray", options.units, "--ray")
        say("driver_cpu_ms_a_unit", 1000 * ray["cpu_s"] / options.units, bar=1.0)
        say("wall_ms_a_unit_on_ray", 1000 * ray["wall_s"] / options.units)
        start = time.perf_counter()
        for i in range(options.units):
            Double(id=f"item-{i:09d}", value=2 * i)
        loop = time.perf_counter() - start
        say("times_a_plain_loop", ray["wall_s"] / loop)

        more = in_process(root / "ray-large", options.large, "--ray")
        growth = (more["peak_mb"] - ray["peak_mb"]) * 2**20 / (options.large - options.units)
        say("run_driver_bytes_a_unit", growth, bar=200.0)

        in_process(root / "small", options.units)
        in_process(root / "large", options.large)
        small = in_process(root / "small", options.units)
        large = in_process(root / "large", options.large)
        say("noop_s", large["wall_s"], bar=5.0)
        say("noop_starts_ray", large["ray_loaded"], bar=0.0)
        growth = (large["peak_mb"] - small["peak_mb"]) * 2**20 / (options.large - options.units)
        say("noop_driver_bytes_a_unit", growth, bar=200.0)

        cli = [str(Path(sys.executable).with_name("demitasse")), "--help"]
        times = []
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run(cli, check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        say("help_s_best_of_5", min(times), bar=0.3)


def say(figure: str, value: float, bar: float | None = None) -> None:
    line = {"figure": figure, "value": round(value, 4)}
    print(json.dumps(line if bar is None else {**line, "bar": bar, "met": value <= bar}))


if __name__ == "__main__":
    main()
