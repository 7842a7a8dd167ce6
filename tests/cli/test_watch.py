"""`status --watch` follows a run by its file, without its lock."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.engine.events import PackDone, StageStarted
from pipeline.engine.execute import Summary
from pipeline.engine.packs import Pack
from pipeline.engine.run_log import run_log
from pipeline.engine.workspace import Workspace
from pipeline.partition import all_of
from tests.cli.command import demitasse, finish, start

DEMO = "jobs/demo.yaml"


def workspace(root: Path) -> Workspace:
    """One that a run has just begun."""
    made = Workspace.at(root)
    with made.writing():
        made.prepare()
    made.store.write("recipe.yaml", Path(DEMO).read_bytes())
    return made


def done(units: int) -> PackDone:
    ids = tuple(f"u{n}" for n in range(units))
    return PackDone(
        "captions", Summary(units, units), Pack(ids, tuple(bytes(16) for _ in ids), (0,), ())
    )


def test_it_follows_a_run_to_its_end(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    with made.writing(), run_log(made.store) as log:
        log(StageStarted("captions", 5, 5))
        log(done(2))
        time.sleep(2.5)  # the log says how far it is every two seconds
        watching = start("status", tmp_path, "--watch", "--json")
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        log(done(3))
        log.outcome = "done"
    ended = finish(watching)
    assert ended.status == 0, ended.stderr
    assert first["alive"]
    assert first["stages"][0]["done"] == 2
    last = json.loads(ended.stdout.splitlines()[-1])
    assert (last["alive"], last["outcome"], last["stages"][0]["done"]) == (False, "done", 5)
    text = demitasse("status", tmp_path, "--watch")
    assert "captions: 5/5 done, 5 kept" in text.stderr
    assert "the run has ended: done" in text.stderr


def test_partitions_are_followed_together(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    for partition in all_of(2):
        with run_log(made.store, partition) as log:
            log(StageStarted("captions", 5, 5))
            log(done(2 + partition.index))
            log.outcome = "done"
    text = demitasse("status", tmp_path, "--watch").stderr
    assert "partition 1/2: captions: 3/5 done" in text
    assert "partition 2/2: captions: 4/5 done" in text
    assert text.count("the run has ended: done") == 2


def test_a_run_that_was_killed_is_said_to_be_silent(tmp_path: Path) -> None:
    made = workspace(tmp_path)
    code = (
        "import sys, time\nfrom pathlib import Path\n"
        "from pipeline.engine.run_log import run_log\nfrom pipeline.store import Store\n"
        "with run_log(Store(Path(sys.argv[1]))):\n    time.sleep(60)\n"
    )
    victim = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
    _until(lambda: made.store.exists("logs/progress.json"))
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    progress = json.loads(made.store.read("logs/progress.json"))
    made.store.write(
        "logs/progress.json", json.dumps({**progress, "updated": time.time() - 60}).encode()
    )
    seen = demitasse("status", tmp_path, "--watch")
    assert seen.status == 0
    assert f"process {victim.pid} on " in seen.stderr
    assert "it was killed" in seen.stderr


def test_without_a_run_it_says_so(tmp_path: Path) -> None:
    workspace(tmp_path)
    assert "no run has told how far it is" in demitasse("status", tmp_path, "--watch").stderr


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
