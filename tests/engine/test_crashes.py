"""Losing the process at any moment loses at most the packs in flight."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import StorageError, WorkspaceBusyError, WorkspaceFormatError
from pipeline.store import Store
from tests.engine.chain import Run, numbers, stages

VALUES = [float(v) for v in (1, 2, 3, 13, 404, 4, 5, 6, 7)]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the engine may catch it."""


@contextmanager
def killed_at(write: int, *, after: bool) -> Iterator[None]:
    """Die at the n-th file the store commits, just before or just after its rename."""
    real, count = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == write and not after:
            raise Killed
        moved = real(self, target)
        if count == write:
            raise Killed
        return moved

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        yield


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    writes=st.lists(st.tuples(st.integers(1, 14), st.booleans()), min_size=1, max_size=3),
    compact_parts=st.sampled_from([2, 64]),
)
def test_killed_anywhere_and_run_again_gives_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, bool]], compact_parts: int
) -> None:
    root = tmp_path_factory.mktemp("crash")
    expected = Run(root / "whole", numbers(VALUES))
    expected.go()
    for write, after in writes:
        run = Run(root / "w", numbers(VALUES), compact_parts=compact_parts)
        with killed_at(write, after=after):
            try:
                run.go()
            except Killed:
                continue
    last = Run(root / "w", numbers(VALUES), compact_parts=compact_parts)
    report = last.go()
    assert last.result() == expected.result()
    assert report.counts["squares"].settled == len(VALUES)
    assert Run(root / "w", numbers(VALUES)).go().ran == {"squares": 0, "sums": 0}


def test_committed_units_are_not_done_again(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    with killed_at(6, after=True), pytest.raises(Killed):
        Run(tmp_path / "w", numbers(VALUES), stages(calls=calls)).go()
    before = calls.read_text().splitlines()
    Run(tmp_path / "w", numbers(VALUES), stages(calls=calls)).go()
    squares = [c for c in calls.read_text().splitlines() if c.startswith("squares")]
    assert len(squares) == len(set(squares)) == len(VALUES)
    assert len(before) > 0


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "the file system is read-only")],
)
def test_a_full_or_read_only_disk_is_one_clear_sentence_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    run = Run(tmp_path / "w", numbers(VALUES))
    run.go(last="squares")
    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageError, match=words):
        Run(tmp_path / "w", numbers([*VALUES, 8])).go()
    monkeypatch.setattr(os, "fsync", real)
    assert not list((tmp_path / "w" / "tmp").glob("*"))
    assert Run(tmp_path / "w", numbers([*VALUES, 8])).go().ran["squares"] == 1


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("a/b", b"old")

    def broken(file: IO[bytes]) -> None:
        file.write(b"new")
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(StorageError, match="disk is full"), store.create("a/b") as file:
        broken(file)
    assert store.read("a/b") == b"old"
    assert store.names("tmp") == []


def test_the_second_run_on_a_workspace_refuses_and_names_the_first(tmp_path: Path) -> None:
    run = Run(tmp_path / "w", numbers([1]))
    run.go()
    with (
        run.planner.workspace.writing(),
        pytest.raises(WorkspaceBusyError, match=f"process {os.getpid()} on "),
    ):
        Run(tmp_path / "w", numbers([1])).go()
    assert Run(tmp_path / "w", numbers([1])).go().ran == {"squares": 0, "sums": 0}


def test_a_workspace_of_another_format_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).write("workspace.json", b'{"format": 99}')
    with pytest.raises(WorkspaceFormatError, match="has format 99, this version reads format 1"):
        Run(tmp_path, numbers([1])).go()


def test_a_part_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    run = Run(tmp_path, numbers([1, 2]))
    run.go()
    saved = run.planner.workspace.saved_plan("squares")
    assert saved is not None
    folder = run.planner.workspace.stage_folder("squares", saved.identity)
    run.planner.workspace.store.write(f"{folder}/part-bad.parquet", b"garbage")
    with pytest.raises(StorageError, match=r"part-bad.parquet: it is no whole Parquet file"):
        Run(tmp_path, numbers([1, 2])).go()
