"""Collecting garbage: nothing that counts goes, all else does, and dying on the way is harmless."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engine.garbage import FRAMES, ORPHAN_SECONDS, collect, find_garbage
from pipeline.engine.workspace import Workspace
from pipeline.store import BlobStore
from tests.cli.command import tree
from tests.engine.killing import Killed, killed_at
from tests.engine.pictures import Setting, build, called, outcomes

SETTINGS = st.builds(
    Setting,
    size=st.sampled_from([1, 2]),
    glue=st.sampled_from(["-", "+"]),
    count=st.integers(0, 8),
)


def gc(root: Path, setting: Setting, keep_seconds: float = 0.0) -> None:
    workspace = Workspace.at(root)
    with workspace.writing():
        workspace.prepare()
        found = find_garbage(workspace, called(root, setting), keep_seconds)
        collect(workspace.store, found)


def committed(root: Path) -> dict[str, str]:
    """The files that hold results; the lock and what is temporary are none."""
    return {n: sha for n, sha in tree(root).items() if n.startswith(("stages", "blobs", "inputs"))}


@settings(max_examples=25)
@given(
    history=st.lists(st.tuples(SETTINGS, st.sampled_from([2, 64])), min_size=1, max_size=4),
)
def test_after_gc_a_run_does_nothing_and_what_counts_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[Setting, int]]
) -> None:
    root = tmp_path_factory.mktemp("gc") / "w"
    for setting, compact_parts in history:
        build(root, setting, compact_parts)
    last = history[-1][0]
    before = outcomes(root, last)
    gc(root, last)
    assert outcomes(root, last) == before
    assert set(build(root, last).ran.values()) == {0}
    once = committed(root)
    gc(root, last)
    assert committed(root) == once
    stages = Workspace.at(root).store
    assert sum(len(stages.folder_names(f"stages/{s}")) for s in stages.folder_names("stages")) <= 2


@settings(max_examples=40)
@given(
    history=st.lists(SETTINGS, min_size=1, max_size=3),
    compact_parts=st.sampled_from([2, 64]),
    steps=st.lists(st.integers(1, 30), min_size=1, max_size=3),
)
def test_a_killed_gc_is_harmless_and_the_next_one_ends_it(
    tmp_path_factory: pytest.TempPathFactory,
    history: list[Setting],
    compact_parts: int,
    steps: list[int],
) -> None:
    root = tmp_path_factory.mktemp("gc") / "w"
    for setting in history:
        build(root, setting, compact_parts)
    last = history[-1]
    before = outcomes(root, last)
    undisturbed = Path(shutil.copytree(root, root.with_name("whole")))
    gc(undisturbed, last)
    for step in steps:
        with killed_at(step):
            try:
                gc(root, last)
            except Killed:
                assert outcomes(root, last) == before
    assert set(build(root, last).ran.values()) == {0}
    _age(root)
    gc(root, last)
    assert outcomes(root, last) == before
    assert committed(root).keys() == committed(undisturbed).keys()


def test_what_is_younger_than_the_days_to_keep_stays(tmp_path: Path) -> None:
    root = tmp_path / "w"
    old, new = Setting(1, "-", 8), Setting(2, "-", 8)
    build(root, old)
    build(root, new)
    before = committed(root)
    gc(root, new, keep_seconds=3600)
    assert committed(root) == before
    assert set(build(root, old).ran.values()) == {0}
    build(root, new)
    gc(root, new)
    assert len(committed(root)) < len(before)
    assert build(root, old).ran["pictures"] == 8


def test_blobs_of_a_worker_that_may_still_live_are_left_alone(tmp_path: Path) -> None:
    root, setting = tmp_path / "w", Setting(1, "-", 4)
    build(root, setting)
    store = Workspace.at(root).store
    blob = BlobStore(store).write(b"its part is not written yet")
    gc(root, setting)
    assert store.exists(BlobStore.name(blob))
    _age(root)
    found = find_garbage(Workspace.at(root), called(root, setting))
    assert [(dead.kind, dead.name) for dead in found.files] == [(FRAMES, BlobStore.name(blob))]
    gc(root, setting)
    assert not store.exists(BlobStore.name(blob))


def test_a_part_that_a_snapshot_covers_does_not_come_back_with_the_snapshot_gone(
    tmp_path: Path,
) -> None:
    root, setting = tmp_path / "w", Setting(1, "-", 8)
    build(root, setting)
    (folder,) = (root / "stages" / "pictures").glob("*/")
    parts = {path: path.read_bytes() for path in folder.glob("part-*")}
    build(root, Setting(1, "+", 7), compact_parts=2)
    build(root, Setting(1, "+", 8), compact_parts=2)
    for path, data in parts.items():
        path.write_bytes(data)
    gc(root, Setting(2, "-", 8))
    assert not folder.exists()


def _age(root: Path) -> None:
    """All of it was written longer ago than a worker can outlive its run."""
    for path in root.rglob("*"):
        when = path.stat().st_mtime - 2 * ORPHAN_SECONDS
        os.utime(path, (when, when))
