import pyarrow as pa

from pipeline.stages.windows import by_window, passed_by_window


def test_windows_are_bins_of_the_clock_and_sort_by_time() -> None:
    split = by_window(30.0)
    times = [0.0, 29.999, 30.0, 299.0, 3000.0, 29.0]
    table = pa.table({"video": ["a"] * 5 + ["b"], "pts_seconds": times})
    ids, rows = split.assign(table.select(split.columns))
    assert ids.to_pylist() == [
        "a/w000000",
        "a/w000000",
        "a/w000001",
        "a/w000009",
        "a/w000100",
        "b/w000000",
    ]
    assert rows.tolist() == list(range(6))


def test_no_rows_make_no_windows() -> None:
    empty = pa.table(
        {"video": pa.array([], pa.string()), "pts_seconds": pa.array([], pa.float64())}
    )
    ids, rows = by_window(1.0).assign(empty)
    assert len(ids) == len(rows) == 0


def test_windows_of_what_passed_are_the_same_without_the_rest() -> None:
    table = pa.table(
        {
            "video": ["a", "a", "a", "b", "b"],
            "pts_seconds": [0.0, 1.0, 31.0, 0.0, 40.0],
            "passed": [True, False, True, False, True],
        }
    )
    split = passed_by_window(30.0)
    ids, rows = split.assign(table.select(split.columns))
    assert ids.to_pylist() == ["a/w000000", "a/w000001", "b/w000001"]
    assert rows.tolist() == [0, 2, 4]
    ids, rows = split.assign(table.filter(pa.array([False, True, False, True, False])))
    assert len(ids) == len(rows) == 0
