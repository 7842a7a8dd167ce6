"""What Ray shows of a run: its tasks by the names of stages, and its numbers for Prometheus.

In a process of its own: only one that starts Ray can say that it shall serve metrics.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("prometheus_client", reason="Ray serves metrics with the extra `cluster`")

REPOSITORY = Path(__file__).parents[2]

_METRICS = """
import sys
from pathlib import Path
from pipeline.engine.cluster import RayLanes
from pipeline.engine.metrics import RayMetrics
from tests.engine.chain import Run, numbers

class Told(list):
    append = RayMetrics("streets").__call__

session = RayLanes(cpus=2, metrics_port=int(sys.argv[2]))
session.start()
run = Run(Path(sys.argv[1]), numbers([1, 2, 3, 13, 404]), lanes=RayLanes(cpus=2), events=Told())
run.go()
print("ran", flush=True)
sys.stdin.read()
session.close()
"""

_NAMES = """
import json, sys, time
from pathlib import Path
import ray
from ray.util.state import list_tasks
from pipeline.engine.cluster import RayLanes
from tests.engine.chain import Run, numbers, stages

context = ray.init("local", num_cpus=2, include_dashboard=True, log_to_driver=False)
for model in (False, True):
    Run(Path(sys.argv[1], str(model)), numbers([1, 2]), stages(model=model), RayLanes()).go()
deadline = time.monotonic() + 60
names = []
while len(names) < 5 and time.monotonic() < deadline:  # the tasks of a worker are told by and by
    time.sleep(0.5)
    found = list_tasks(address=f"http://{context.dashboard_url}")
    names = sorted({(task.type, task.name) for task in found})
print(json.dumps(names), flush=True)
ray.shutdown()
"""


def start(script: str, *arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "RAY_metrics_report_interval_ms": "500"},
    )


def test_prometheus_reads_what_a_run_did(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start(_METRICS, tmp_path, port)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ran\n"
        found = _scraped(port)
    finally:
        process.communicate()
    of_stage = 'stage="squares",workspace="streets"'
    assert _value(found, "units_total", 'outcome="kept"', of_stage) == 3
    assert _value(found, "units_total", 'outcome="rejected"', of_stage) == 1
    assert _value(found, "units_total", 'outcome="failed"', of_stage) == 1
    assert _value(found, "queue_depth", of_stage) == 0
    assert _value(found, "pack_seconds_total", of_stage) > 0


def test_ray_shows_tasks_and_calls_by_the_names_of_their_stages(tmp_path: Path) -> None:
    stdout, _ = start(_NAMES, tmp_path).communicate()
    names = {tuple(pair) for pair in json.loads(stdout.splitlines()[-1])}
    assert {("NORMAL_TASK", "squares"), ("NORMAL_TASK", "sums")} <= names
    assert ("ACTOR_TASK", "squares") in names


def _scraped(port: int) -> list[str]:
    """The lines of ours that the endpoint serves, once it has them."""
    deadline = time.monotonic() + 60
    lines: list[str] = []
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                lines = [
                    line for line in answer.read().decode().splitlines() if "demitasse" in line
                ]
        except OSError:
            lines = []
        if any("queue_depth" in line and 'stage="sums"' in line for line in lines):
            break
        time.sleep(0.5)
    return lines


def _value(lines: list[str], name: str, *labels: str) -> float:
    parts = [part for label in labels for part in label.split(",")]
    (line,) = [
        line
        for line in lines
        if line.startswith(f"ray_demitasse_{name}{{") and all(part in line for part in parts)
    ]
    return float(line.rpartition(" ")[2])
