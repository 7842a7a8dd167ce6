"""The log of a run: a line for every unit with its key, bounded, and never in a run's way."""

import errno
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.engine import run_log
from pipeline.engine.build import Build, LocalLanes
from pipeline.engine.events import Event, PackDone, StageStarted
from pipeline.engine.execute import Summary
from pipeline.engine.packs import Pack
from pipeline.engine.planner import Planner
from pipeline.engine.progress import SILENT_SECONDS, read_progress
from pipeline.engine.run_log import FOLDER
from pipeline.engine.workspace import Workspace
from pipeline.partition import Partition, all_of
from pipeline.recipe import EngineRuntime
from pipeline.store import Store
from tests.engine.chain import numbers, stages

VALUES = [1, 2, 3, 13, 404, 4]


def logged(root: Path) -> list[Any]:
    """Build the chain with a log; what the log of its newest run says, file by file."""
    workspace = Workspace.at(root)
    with workspace.writing():
        workspace.prepare()
        planner = Planner(workspace, lambda record: numbers(VALUES))
        with run_log.run_log(workspace.store) as log:
            Build(planner, stages(), LocalLanes(), EngineRuntime(), log).run()
            log.outcome = "done"
    return [lines(workspace.store, name) for name in ("run", "squares", "sums")]


def lines(store: Store, name: str) -> list[dict[str, Any]]:
    run = f"{FOLDER}/{store.folder_names(FOLDER)[-1]}"
    pieces = [n for n in store.names(run) if n.rpartition("-")[0] == name]
    return [json.loads(line) for n in pieces for line in store.read(f"{run}/{n}").splitlines()]


def test_every_unit_has_a_line_with_its_key_and_how_it_ended(tmp_path: Path) -> None:
    run, squares, sums = logged(tmp_path)
    events = [(line["event"], line.get("stage")) for line in run]
    assert events == [
        ("run_started", None),
        ("stage_started", "squares"),
        ("stage_ended", "squares"),
        ("stage_started", "sums"),
        ("stage_ended", "sums"),
        ("run_ended", None),
    ]
    saved = Workspace.at(tmp_path).saved_plan("squares")
    assert saved is not None
    keys = dict(zip(saved.unit_ids.to_pylist(), saved.keys.to_pylist(), strict=True))
    assert {line["unit"]: line["key"] for line in squares} == {u: k.hex() for u, k in keys.items()}
    ended = {line["unit"]: (line["status"], line.get("code")) for line in squares}
    assert ended["n0000"] == ("kept", None)
    assert ended["n0003"] == ("rejected", "unlucky")
    assert ended["n0004"] == ("failed", "NotFound")
    assert next(line for line in squares if line["unit"] == "n0004")["message"] == "no such number"
    assert len(sums) == 3
    assert run[2]["failed"] == {"NotFound": 1}


def test_progress_is_what_the_run_did(tmp_path: Path) -> None:
    logged(tmp_path)
    (progress,) = read_progress(Store(tmp_path))
    assert progress.outcome == "done"
    assert not progress.lives(time.time())
    found = [(s.stage, s.todo, s.done, s.kept, s.rejected, s.failed) for s in progress.stages]
    assert found == [("squares", 6, 6, 4, 1, 1), ("sums", 3, 3, 3, 0, 0)]


def test_a_run_with_nothing_to_do_logs_no_unit_and_only_the_last_runs_stay(tmp_path: Path) -> None:
    logged(tmp_path)
    for _ in range(run_log.RUNS + 2):
        run, squares, sums = logged(tmp_path)
        assert (len(run), squares, sums) == (6, [], [])
    assert len(Store(tmp_path).folder_names(FOLDER)) == run_log.RUNS


def test_of_a_long_stage_the_last_pieces_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_log, "PIECE_BYTES", 300)
    store = Store(tmp_path)
    with run_log.run_log(store) as log:
        log(StageStarted("squares", 100, 100))
        for n in range(100):
            log(done(n))
    found = lines(store, "squares")
    assert found[-1]["unit"] == "n99"
    assert 0 < len(found) < 60
    (run,) = store.folder_names(FOLDER)
    pieces = [n for n in store.names(f"{FOLDER}/{run}") if "squares" in n]
    assert run_log.PIECES <= len(pieces) <= run_log.PIECES + 1
    assert [line["unit"] for line in found] == [f"n{n}" for n in range(100)][-len(found) :]


def test_a_full_disk_ends_the_log_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with run_log.run_log(Store(tmp_path)) as log:
        log(StageStarted("squares", 1, 1))
        monkeypatch.setattr(os, "fsync", full)
        log(done(1))
    monkeypatch.undo()
    assert [line["event"] for line in lines(Store(tmp_path), "run")] == ["run_started"]


def test_what_was_written_before_stays_when_more_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_log, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(run_log, "FLUSH_SECONDS", 0.0)
    store = Store(tmp_path)
    with run_log.run_log(store) as log:
        log(StageStarted("squares", 30, 30))
        for n in range(30):
            log(done(n))
            time.sleep(0.01)
    assert [line["unit"] for line in lines(store, "squares")] == [f"n{n}" for n in range(30)]
    assert [line["event"] for line in lines(store, "run")] == [
        "run_started",
        "stage_started",
        "run_ended",
    ]
    (run,) = store.folder_names(FOLDER)
    assert store.names(f"{FOLDER}/{run}") == ["run-00001.jsonl", "squares-00001.jsonl"]


def test_a_run_says_that_it_lives_while_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_log, "BEAT_SECONDS", 0.01)
    store = Store(tmp_path)
    with run_log.run_log(store) as log:
        first = log.progress.updated
        deadline = time.monotonic() + 10
        (progress,) = read_progress(store)
        while progress.updated <= first and time.monotonic() < deadline:
            (progress,) = read_progress(store)
        assert progress.updated > first
        assert progress.lives(time.time())
        assert not progress.lives(progress.updated + SILENT_SECONDS)


def test_partitions_have_a_progress_each_until_a_run_over_all_begins(tmp_path: Path) -> None:
    store, first, second = Store(tmp_path), *all_of(2)
    for partition in (None, second, first):
        with run_log.run_log(store, partition) as log:
            log.outcome = "done"
    assert [run.partition for run in read_progress(store)] == ["1/2", "2/2"]
    with run_log.run_log(store, Partition(3, 3)):
        assert [run.partition for run in read_progress(store)] == ["3/3"]
    with run_log.run_log(store):
        assert [run.partition for run in read_progress(store)] == [""]
    assert store.names("logs") == ["progress.json"]


def test_a_partition_leaves_the_logs_of_others(tmp_path: Path) -> None:
    store, (first, second) = Store(tmp_path), all_of(2)
    with run_log.run_log(store, second):
        pass
    for _ in range(run_log.RUNS + 2):
        with run_log.run_log(store, first):
            pass
    runs = store.folder_names(FOLDER)
    assert len([run for run in runs if "-p1of2-" in run]) == run_log.RUNS
    assert len([run for run in runs if "-p2of2-" in run]) == 1


def test_another_versions_progress_is_passed_over(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert read_progress(store) == []
    store.write("logs/progress.json", b'{"run": 1}')
    assert read_progress(store) == []


def done(number: int) -> Event:
    """A unit that ended."""
    pack = Pack((f"n{number}",), (number.to_bytes(16, "big"),), (0,), ())
    return PackDone("squares", Summary(1, 1), pack)


def test_a_name_that_is_no_utf8_is_escaped(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with run_log.run_log(store) as log:
        log(StageStarted("squares", 1, 1))
        log(PackDone("squares", Summary(1, 1), Pack(("n\udcff",), (bytes(16),), (0,), ())))
    assert lines(store, "squares")[0]["unit"] == "n\udcff"
