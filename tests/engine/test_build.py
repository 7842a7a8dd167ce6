"""What a build promises: nothing lost, nothing done twice, nothing more than what changed."""

from pathlib import Path
from threading import Event as Flag

import pyarrow.parquet as pq
import pytest

from pipeline.engine.events import Event, PackDone
from pipeline.engine.planner import Retry
from pipeline.errors import UsageError
from tests.engine.chain import Run, numbers, stages

VALUES = [1, 2, 3, 13, 404, 500, 4, 5]


def test_a_chain_is_built_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    run = Run(tmp_path / "w", numbers(VALUES), stages(calls=calls))
    report = run.go()

    squares = report.counts["squares"]
    assert squares.kept == 5
    assert squares.rejected == {"unlucky": 1}
    assert squares.failed == {"InternalError": 1, "NotFound": 1}
    assert squares.settled == squares.units == len(VALUES)
    assert [row["value"] for row in run.result()] == [1 + 16, 4 + 25, 9]

    calls.unlink()
    again = Run(tmp_path / "w", numbers(VALUES), stages(calls=calls))
    assert again.go().ran == {"squares": 0, "sums": 0}
    assert not calls.exists()
    assert again.result() == run.result()


def test_an_exception_in_a_stage_costs_one_unit_and_names_its_place(tmp_path: Path) -> None:
    run = Run(tmp_path / "w", numbers(VALUES))
    run.go()
    ledger = run.planner.workspace.ledger("squares", _identity(run))
    found = run.planner.currents["squares"].found
    rows = ledger.outcomes(found, ["unit_id", "code", "message"]).to_pylist()
    (bug,) = [row for row in rows if row["code"] == "InternalError"]
    assert bug["unit_id"] == "n0005"
    assert "RuntimeError at chain.py:" in bug["message"]
    assert "a bug in the stage" in bug["message"]


def test_one_more_input_runs_only_its_own_units(tmp_path: Path) -> None:
    Run(tmp_path / "w", numbers([1, 2, 3, 4])).go()
    calls = tmp_path / "calls"
    run = Run(tmp_path / "w", numbers([1, 2, 3, 4, 5]), stages(calls=calls))
    assert run.go().ran == {"squares": 1, "sums": 1}
    assert calls.read_text().split("\n")[:2] == ["squares n0004", "sums g1"]


def test_a_changed_setting_reruns_the_stage_and_downstream_only_what_differs(
    tmp_path: Path,
) -> None:
    Run(tmp_path / "w", numbers([0, 0, 3])).go()
    run = Run(tmp_path / "w", numbers([0, 0, 3]), stages(factor=2.0))
    # Twice zero is zero: the sums of those groups read the same rows as before.
    assert run.go().ran == {"squares": 3, "sums": 1}
    assert [row["value"] for row in run.result()] == [0, 0, 18]


def test_going_back_to_an_old_setting_finds_the_old_results(tmp_path: Path) -> None:
    rows = numbers([1, 2, 3])
    Run(tmp_path / "w", rows).go()
    Run(tmp_path / "w", rows, stages(factor=2.0)).go()
    assert Run(tmp_path / "w", rows).go().ran == {"squares": 0, "sums": 0}


def test_columns_that_no_view_declares_and_unhashed_ones_rerun_nothing(tmp_path: Path) -> None:
    Run(tmp_path / "w", numbers([1, 2, 3], note="old")).go()
    moved = Run(tmp_path / "w", numbers([1, 2, 3], note="old", where="elsewhere"))
    assert moved.go().ran == {"squares": 0, "sums": 0}
    noted = Run(tmp_path / "w", numbers([1, 2, 3], note="new"))
    # `sums` looks the note up, `squares` does not see it.
    assert noted.go().ran == {"squares": 0, "sums": 3}


def test_an_input_that_is_taken_away_leaves_the_result(tmp_path: Path) -> None:
    Run(tmp_path / "w", numbers([1, 2, 3, 4])).go()
    run = Run(tmp_path / "w", numbers([1, 2, 3]))
    assert run.go().ran == {"squares": 0, "sums": 1}
    assert [row["value"] for row in run.result()] == [1, 4, 9]


def test_failed_units_wait_for_retry_and_then_replace_the_failure(tmp_path: Path) -> None:
    rows = numbers([1, 404, 500])
    Run(tmp_path / "w", rows).go()
    assert Run(tmp_path / "w", rows).go().ran["squares"] == 0
    by_class = Run(tmp_path / "w", rows, retry=Retry(error_class="NotFound"))
    assert by_class.go().ran["squares"] == 1
    elsewhere = Run(tmp_path / "w", rows, retry=Retry(stage="sums"))
    assert elsewhere.go().ran["squares"] == 0
    everything = Run(tmp_path / "w", rows, retry=Retry())
    assert everything.go().ran["squares"] == 2
    found = everything.planner.currents["squares"].found
    assert sorted(found.attempts.tolist()) == [1, 2, 3]


def test_until_and_from(tmp_path: Path) -> None:
    rows = numbers([1, 2, 3])
    assert Run(tmp_path / "w", rows).go(last="squares").ran == {"squares": 3}
    # With --from nothing earlier is planned, so a new input is not seen.
    later = Run(tmp_path / "w", numbers([1, 2, 3, 4]))
    assert later.go(first="sums").ran == {"sums": 3}
    with pytest.raises(UsageError, match="run without --from first"):
        Run(tmp_path / "other", rows).go(first="sums")


def test_stopping_commits_what_flies_and_the_next_run_continues(tmp_path: Path) -> None:
    stop = Flag()

    def listen(event: Event) -> None:
        if isinstance(event, PackDone):
            stop.set()

    run = Run(tmp_path / "w", numbers(range(1, 11)), stop=stop)
    run.events = _Listening(listen)
    report = run.go()
    assert report.stopped
    done = report.counts["squares"].settled
    assert 0 < done < 10
    assert "sums" not in report.counts
    assert Run(tmp_path / "w", numbers(range(1, 11))).go().ran == {"squares": 10 - done, "sums": 3}


def test_compaction_changes_nothing_that_is_read(tmp_path: Path) -> None:
    values = [float(v) for v in range(1, 40)]
    plain = Run(tmp_path / "plain", numbers(values))
    plain.go()
    compacted = Run(tmp_path / "compacted", numbers(values), compact_parts=2)
    compacted.go()
    folder = compacted.planner.workspace.stage_folder("squares", _identity(compacted))
    names = compacted.planner.workspace.store.names(folder)
    assert [n for n in names if n.startswith("part-")] == []
    assert compacted.result() == plain.result()
    again = Run(tmp_path / "compacted", numbers([*values, 99]), compact_parts=2)
    assert again.go().ran["squares"] == 1


def test_rows_from_outside_lie_in_pieces_and_are_read_as_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = numbers([float(v) for v in range(1, 8)])
    plain = Run(tmp_path / "plain", rows)
    plain.go()
    monkeypatch.setattr("pipeline.engine.workspace.IMPORTED", 2)
    pieces = Run(tmp_path / "pieces", rows)
    pieces.go()
    assert pieces.result() == plain.result()
    (file,) = (tmp_path / "pieces" / "inputs").iterdir()
    assert pq.read_metadata(file).num_row_groups == 4


class _Listening(list[Event]):
    def __init__(self, listen: object) -> None:
        super().__init__()
        self.listen = listen

    def append(self, event: Event) -> None:
        super().append(event)
        self.listen(event)  # type: ignore[operator]


def _identity(run: Run) -> str:
    saved = run.planner.workspace.saved_plan("squares")
    assert saved is not None
    return saved.identity
