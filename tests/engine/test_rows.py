from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.engine.packs import Refs
from pipeline.engine.rows import LazyRows, RowReader
from pipeline.engine.stage import Table
from pipeline.engine.view import View, load_view
from tests.engine.chain import Run, Square, SquareValue, numbers, stages


def referred(view: View, wanted: npt.NDArray[np.int64]) -> Refs:
    return Refs(
        tuple(view.files),
        np.array([0, len(wanted)]),
        view.file[wanted],
        view.row[wanted],
        view.element[wanted],
        view.digests[wanted],
    )


def test_a_driver_reads_each_row_group_once_a_stretch_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    squares, sums = stages()
    chain = [replace(squares, pack_units=1, resources=replace(squares.resources, packs=2)), sums]
    run = Run(tmp_path, numbers([float(n) for n in range(20)]), chain, compact_parts=1000)
    run.go()
    table = Table("squares", Square, SquareValue)
    store = run.planner.workspace.store
    view = load_view(store, table, run.planner.currents["squares"], [])
    assert len(view.files) == 20
    order = np.random.default_rng(7).permutation(len(view))
    refs, read = referred(view, order), list[str]()
    group = RowReader._group

    def counted(self: RowReader, name: str, *others: Any) -> Any:
        read.append(name)
        return group(self, name, *others)

    monkeypatch.setattr(RowReader, "_group", counted)
    reader = RowReader(store)
    expected = reader.rows(table, refs)
    assert list(LazyRows(reader, table, refs, stretch=7, decoded=3)) == expected
    read.clear()
    lazy = LazyRows(reader, table, refs)
    assert (list(lazy), len(lazy), lazy[-1]) == (expected, len(view), expected[-1])
    assert Counter(read[: len(view)]) == Counter(view.files[index] for index in view.file)
    assert list(LazyRows(reader, table, refs.slice(0, 0))) == []


def test_rows_come_in_the_order_of_the_references_and_shared_ones_are_one(tmp_path: Path) -> None:
    run = Run(tmp_path, numbers([1, 2, 3, 4, 5]))
    run.go()
    table = Table("squares", Square, SquareValue)
    store = run.planner.workspace.store
    view = load_view(store, table, run.planner.currents["squares"], [])
    wanted = np.array([4, 0, 2, 0, 4])
    refs = referred(view, wanted)
    rows = RowReader(store).rows(table, refs)
    assert [row.value for row in rows] == [25, 1, 9, 1, 25]
    assert rows[0] is rows[4]
    assert rows[1] is rows[3]
    assert RowReader(store).rows(table, refs.slice(0, 0)) == []
