"""Parts are merged while their stage runs, and nobody can tell from what is read."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pipeline.engine.events import Event, PackDone
from pipeline.engine.merging import AT_ONCE, Merging
from pipeline.engine.status import status
from pipeline.engine.workspace import Workspace
from pipeline.errors import StorageError
from pipeline.storage.place import Place, Url
from pipeline.store import Store
from tests.engine.chain import Run, numbers, stages
from tests.engine.killing import Killed, killed_at

EVERY = 2 * AT_ONCE
"""Parts that are merged at a time, where `compact_parts` is 2."""


@dataclass
class Counting(list[Event]):
    """Looks into the stage's folder after every pack."""

    root: Path
    most: int = 0
    seen: list[str] = field(default_factory=list)

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, PackDone) and event.stage == "squares":
            names = [p.name for p in self.root.glob("stages/squares/*/*.parquet")]
            self.most = max(self.most, len(names))
            self.seen = names


def one_a_pack(root: Place, count: int) -> Run:
    squares, sums = stages()
    # A unit takes no time, so packs would grow: this is about many small ones.
    chain = [replace(squares, pack_units=1, resources=replace(squares.resources, packs=2)), sums]
    return Run(root, numbers([float(n) for n in range(count)]), chain, compact_parts=2)


def test_a_long_stage_never_has_many_parts(tmp_path: Path) -> None:
    run = one_a_pack(tmp_path / "merged", 3 * EVERY + 5)
    run.events = counting = Counting(tmp_path / "merged")
    run.go()
    plain = Run(tmp_path / "plain", run.rows)
    plain.go()
    assert counting.most <= EVERY + 3
    assert sum(name.startswith("snapshot-") for name in counting.seen) == 3
    assert run.result() == plain.result()
    assert one_a_pack(tmp_path / "merged", 3 * EVERY + 5).go().ran == {"squares": 0, "sums": 0}


@pytest.mark.parametrize("step", [EVERY + 4, EVERY + 5, EVERY + 6, 2 * EVERY + 3])
def test_killed_while_it_merges_nothing_is_lost_or_counted_twice(tmp_path: Path, step: int) -> None:
    run = one_a_pack(tmp_path / "w", 2 * EVERY)
    with killed_at(step), pytest.raises(Killed):
        run.go()
    again = one_a_pack(tmp_path / "w", 2 * EVERY)
    report = again.go()
    plain = Run(tmp_path / "plain", again.rows)
    plain.go()
    assert report.ran["squares"] <= EVERY + 1, "what was merged was done"
    assert again.result() == plain.result()


def test_what_a_killed_run_merged_is_not_merged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = one_a_pack(tmp_path / "w", EVERY)
    remove = Store.remove

    def dying(self: Store, name: str) -> None:
        """The snapshot is there, and the first of its parts is not yet removed."""
        if "/part-" in name:
            raise Killed
        remove(self, name)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Store, "remove", dying)
        run.go()
    (folder,) = (tmp_path / "w").glob("stages/squares/*")
    before = {p.name for p in folder.glob("*.parquet")}
    name = folder.relative_to(tmp_path / "w").as_posix()
    merging = Merging(Workspace.at(tmp_path / "w").store, name, 1)
    merging.one_more()
    assert {p.name for p in folder.glob("*.parquet")} == before
    assert sum(name.startswith("snapshot-") for name in before) == 1


def test_in_a_bucket_parts_stay_until_a_later_run_has_found_their_snapshot(bucket: Url) -> None:
    count = EVERY + 4
    run = one_a_pack(bucket / "w", count)
    run.go()
    plain = Run(bucket / "plain", run.rows)
    plain.go()
    assert run.result() == plain.result()
    store = run.planner.workspace.store
    (identity,) = store.folder_names("stages/squares")
    kinds = Counter(n.split("-")[0] for n in store.names(f"stages/squares/{identity}"))
    assert kinds["part"] == count, "none is gone yet"
    assert kinds["snapshot"] == 2, "one while it ran, and one of that and the rest"
    assert one_a_pack(bucket / "w", count).go().ran == {"squares": 0, "sums": 0}


def test_status_reads_again_what_was_merged_away_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = one_a_pack(tmp_path, 4)
    run.go()
    workspace = run.planner.workspace
    ledger, lost = type(workspace).ledger, iter([True, False])

    def vanishing(self: Workspace, stage: str, identity: str) -> object:
        if next(lost, False):
            raise StorageError("it is gone") from FileNotFoundError()
        return ledger(self, stage, identity)

    monkeypatch.setattr(Workspace, "ledger", vanishing)
    (found,) = status(workspace, ["squares"], 5)
    assert found.counts.kept == 4
