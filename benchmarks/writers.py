"""The endpoint client against a fake endpoint of fixed latency, beside a bare aiohttp loop.

    python -m benchmarks.writers [--peers FOLDER] [--only CASE]

Prints one JSON line a figure. Rates are what the endpoint saw, from the first request to the last
answer; contenders alternate in one run, since the machine's speed varies.

* `rate_64`: at 64 in flight, share of the ideal in flight / latency (bar: 0.95)
* `rate_512`: at 512, our rate over the bare loop's (bar: 0.95); ours as a run has it, one process
  for every 256 in flight
* `slow_64`, `slow_512`: the same over the bare loop with 2 % of answers taking eight times as long
* `memory`: growth of the peak from 2,000 to 22,000 requests in one process, MB (bar: 40)
* `burst`: 2,048 rows at 128 in flight, every request from second 2 to 5 refused (429,
  `Retry-After: 1`); lost rows (bar: 0) and seconds, of which 11 are the least
* `peers`: the same 512 and burst with other tools, where FOLDER has their environments
"""

import argparse
import json
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LATENCY = 0.5
CALLS_A_PROCESS = 256


@contextmanager
def server(*flags: str) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.writers_server", str(LATENCY), *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def seen(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/report") as response:
        return dict(json.loads(response.read()))


def clients(kind: str, port: int, in_flight: int, rows: int, processes: int) -> dict[str, Any]:
    """Run a contender; its own figures and the endpoint's."""
    share, part = in_flight // processes, rows // processes
    commands = [
        [sys.executable, "-m", "benchmarks.writers_case", kind]
        + [str(n) for n in (port, share, i * part, part)]
        for i in range(processes)
    ]
    pipe = subprocess.PIPE
    running = [subprocess.Popen(c, stdin=pipe, stdout=pipe, text=True) for c in commands]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]
    assert not any(process.returncode for process in running)
    return {
        "answered": sum(t["answered"] for t in told),
        "cpu_ms_a_row": statistics.mean(t["cpu_ms_a_row"] for t in told),
        "peak_mb": max(t["peak_mb"] for t in told),
        "seen": seen(port),
    }


def rate(run: dict[str, Any]) -> float:
    return float(run["seen"]["answered"] / run["seen"]["window_s"])


def alternated(
    port: int, in_flight: int, rows: int, processes: int, times: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ours, bare = [], []
    for _ in range(times):
        bare.append(clients("bare", port, in_flight, rows, 1))
        ours.append(clients("ours", port, in_flight, rows, processes))
    return ours, bare


def compare(name: str, in_flight: int, rows: int, times: int, *flags: str) -> None:
    processes = max(1, in_flight // CALLS_A_PROCESS)
    with server(*flags) as port:
        ours, bare = alternated(port, in_flight, rows, processes, times)
        if processes > 1:
            one = [clients("ours", port, in_flight, rows, 1) for _ in range(times)]
            least = statistics.median(map(rate, bare))
            say(f"{name}_one_process_over_bare", statistics.median(map(rate, one)) / least)
            cpu = statistics.median(run["cpu_ms_a_row"] for run in one)
            say(f"{name}_one_process_cpu_ms_a_row", cpu)
    assert all(run["answered"] == rows for run in (*ours, *bare))
    mine, least = statistics.median(map(rate, ours)), statistics.median(map(rate, bare))
    ideal = in_flight / LATENCY
    say(f"{name}_over_bare", mine / least, at_least=0.95)
    say(f"{name}_rows_a_second", mine)
    say(f"{name}_share_of_ideal", mine / ideal, at_least=None if flags or in_flight > 64 else 0.95)
    say(f"{name}_bare_share_of_ideal", least / ideal)
    say(f"{name}_cpu_ms_a_row", statistics.median(run["cpu_ms_a_row"] for run in ours))
    say(f"{name}_bare_cpu_ms_a_row", statistics.median(run["cpu_ms_a_row"] for run in bare))


def memory() -> None:
    with server() as port:
        little = clients("ours", port, 512, 2_000, 1)
        much = clients("ours", port, 512, 22_000, 1)
    say("memory_growth_mb_20000_requests", much["peak_mb"] - little["peak_mb"], at_most=40.0)


def burst() -> None:
    with server("--storm", "2", "5") as port:
        run = clients("ours", port, 128, 2_048, 1)
    found = run["seen"]
    say("burst_rows_lost", 2_048 - run["answered"], at_most=0)
    say("burst_window_s", found["window_s"])
    say("burst_refused", found["refused"])
    say("burst_most_tries", found["most_tries"])


def peers(folder: Path) -> None:
    from benchmarks.writers_peers import PEERS

    for name in PEERS:
        python = folder / name.partition("-")[0] / "bin" / "python"
        if not python.exists():
            print(json.dumps({"peer": name, "skipped": "not installed"}))
            continue
        for case, in_flight, rows, flags in (
            ("rate_512", 512, 4_096, ()),
            ("burst", 128, 2_048, ("--storm", "2", "5")),
        ):
            with server(*flags) as port:
                script = Path(__file__).with_name("writers_peers.py")
                command = [str(a) for a in (python, script, name, port, in_flight, rows)]
                try:
                    done = subprocess.run(command, capture_output=True, text=True, timeout=400)
                    ended = f"exit {done.returncode}"
                except subprocess.TimeoutExpired:
                    ended = "stopped after 400 s"
                found = seen(port)
            window = found["window_s"] or 1.0
            print(
                json.dumps(
                    {
                        "peer": name,
                        "case": case,
                        "rows_a_second": round(found["rows"] / window, 1),
                        "window_s": round(window, 2),
                        "rows_lost": rows - found["rows"],
                        "refused": found["refused"],
                        "most_tries": found["most_tries"],
                        "peak_in_flight": found["peak_in_flight"],
                        "ended": ended,
                    }
                ),
                flush=True,
            )


def say(
    figure: str, value: float, *, at_least: float | None = None, at_most: float | None = None
) -> None:
    line: dict[str, Any] = {"figure": figure, "value": round(value, 4)}
    if at_least is not None:
        line |= {"bar": at_least, "met": value >= at_least}
    if at_most is not None:
        line |= {"bar": at_most, "met": value <= at_most}
    print(json.dumps(line), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--only", choices=["64", "512", "slow", "memory", "burst", "peers"])
    options = parser.parse_args(arguments)

    def wanted(case: str) -> bool:
        return options.only in (None, case)

    if wanted("64"):
        compare("rate_64", 64, 2_048, 3)
    if wanted("512"):
        compare("rate_512", 512, 4_096, 3)
    if wanted("slow"):
        compare("slow_64", 64, 1_024, 3, "--slow", "0.02")
        compare("slow_512", 512, 4_096, 3, "--slow", "0.02")
    if wanted("memory"):
        memory()
    if wanted("burst"):
        burst()
    if options.peers and wanted("peers"):
        peers(options.peers)


if __name__ == "__main__":
    main()
