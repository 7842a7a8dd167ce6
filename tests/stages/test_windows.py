import pyarrow as pa

from pipeline.stages.windows import by_window


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
