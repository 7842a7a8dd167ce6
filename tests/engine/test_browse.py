"""Reading current rows and outcomes, compared with what the chain was given."""

from pathlib import Path

from pipeline.engine.browse import (
    UnitOutcome,
    read_ids,
    read_outcome,
    read_outcomes,
    read_problems,
    read_table,
    scan_table,
)
from pipeline.engine.workspace import Workspace
from pipeline.records import Record, record
from tests.engine.chain import Run, Square, Sum, numbers


@record
class SquareValue(Record):
    """A part of a square."""

    id: str
    value: float


def test_rows_are_all_of_them_or_those_asked_for(tmp_path: Path) -> None:
    Run(tmp_path, numbers(range(20, 30))).go()
    workspace = Workspace.at(tmp_path)
    rows = read_table(workspace, "squares", Square)
    assert [(row.id, row.value) for row in rows] == [
        (f"n{i:04d}", float((20 + i) ** 2)) for i in range(10)
    ]
    assert read_table(workspace, "squares", Square, {"group": "g1"}) == [
        row for row in rows if row.group == "g1"
    ]
    wanted = {"id": ["n0008", "n0001", "absent"], "group": "g1"}
    assert [row.id for row in read_table(workspace, "squares", Square, wanted)] == ["n0001"]
    assert read_table(workspace, "squares", Square, {"id": []}) == []


def test_only_what_the_last_run_planned_is_current(tmp_path: Path) -> None:
    Run(tmp_path, numbers([1, 2, 3, 4])).go()
    Run(tmp_path, numbers([5, 2])).go()
    workspace = Workspace.at(tmp_path)
    assert [row.value for row in read_table(workspace, "squares", Square)] == [25, 4]
    assert read_ids(workspace, "sums", Sum) == ["g0", "g1"]


def test_ids_by_their_start(tmp_path: Path) -> None:
    Run(tmp_path, numbers(range(20, 33))).go()
    workspace = Workspace.at(tmp_path)
    assert read_ids(workspace, "squares", Square, "n001") == ["n0010", "n0011", "n0012"]
    assert read_ids(workspace, "squares", Square, "m") == []


def test_a_stage_that_never_ran_has_nothing(tmp_path: Path) -> None:
    Run(tmp_path, numbers([1])).go(last="squares")
    workspace = Workspace.at(tmp_path)
    assert read_table(workspace, "sums", Sum) == []
    assert read_ids(workspace, "sums", Sum) == []
    assert read_outcome(workspace, "sums", "g0") is None


def test_how_a_unit_ended(tmp_path: Path) -> None:
    Run(tmp_path, numbers([1, 13, 404])).go()
    workspace = Workspace.at(tmp_path)
    assert [read_outcome(workspace, "squares", f"n000{i}") for i in range(4)] == [
        UnitOutcome("squares", "n0000", "kept", "", ""),
        UnitOutcome("squares", "n0001", "rejected", "unlucky", "thirteen brings bad luck"),
        UnitOutcome("squares", "n0002", "failed", "NotFound", "no such number"),
        None,
    ]


def test_a_table_is_scanned_in_a_view_of_its_columns(tmp_path: Path) -> None:
    Run(tmp_path, numbers(range(20, 30))).go()
    workspace = Workspace.at(tmp_path)
    rows = list(scan_table(workspace, "squares", Square, SquareValue))
    assert sorted(rows, key=lambda row: row.id) == [
        SquareValue(id=row.id, value=row.value) for row in read_table(workspace, "squares", Square)
    ]
    assert list(scan_table(workspace, "nothing", Square, SquareValue)) == []


def test_outcomes_of_several_units_and_all_problems(tmp_path: Path) -> None:
    Run(tmp_path, numbers([1, 13, 404])).go()
    workspace = Workspace.at(tmp_path)
    bad = [
        UnitOutcome("squares", "n0001", "rejected", "unlucky", "thirteen brings bad luck"),
        UnitOutcome("squares", "n0002", "failed", "NotFound", "no such number"),
    ]
    assert read_outcomes(workspace, "squares", ["n0002", "absent", "n0001"]) == bad
    assert sorted(read_problems(workspace, "squares"), key=lambda o: o.unit) == bad
    assert list(read_problems(workspace, "sums")) == []
    assert read_outcomes(workspace, "nothing", ["n0001"]) == []
    assert list(read_problems(workspace, "nothing")) == []
