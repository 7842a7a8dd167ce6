from pathlib import Path

import numpy as np

from pipeline.engine.packs import Refs
from pipeline.engine.rows import RowReader
from pipeline.engine.stage import Table
from pipeline.engine.view import load_view
from tests.engine.chain import Run, Square, SquareValue, numbers


def test_rows_come_in_the_order_of_the_references_and_shared_ones_are_one(tmp_path: Path) -> None:
    run = Run(tmp_path, numbers([1, 2, 3, 4, 5]))
    run.go()
    table = Table("squares", Square, SquareValue)
    store = run.planner.workspace.store
    view = load_view(store, table, run.planner.currents["squares"], [])
    wanted = np.array([4, 0, 2, 0, 4])
    refs = Refs(
        tuple(view.files),
        np.array([0, len(wanted)]),
        view.file[wanted],
        view.row[wanted],
        view.element[wanted],
        view.digests[wanted],
    )
    rows = RowReader(store).rows(table, refs)
    assert [row.value for row in rows] == [25, 1, 9, 1, 25]
    assert rows[0] is rows[4]
    assert rows[1] is rows[3]
    assert RowReader(store).rows(table, refs.slice(0, 0)) == []
