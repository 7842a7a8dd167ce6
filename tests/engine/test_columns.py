"""Hashes see values, not spellings; rows survive Arrow and Parquet unchanged."""

import io
import math
import mmap

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import records
from pipeline.engine.columns import (
    arrow_type,
    combine_hashes,
    from_arrow,
    hash_type,
    merged,
    row_hashes,
    to_dicts,
)
from pipeline.errors import ResourceError
from pipeline.records import Caption, DetectedObject, Frame, Record, Vector

floats = st.floats(allow_nan=False, allow_infinity=False, width=64)
boxes = st.tuples(*[st.floats(0.001, 0.499)] * 2, *[st.floats(0.5, 1)] * 2)
objects = st.builds(DetectedObject, label=st.text(), bbox=boxes, score=floats)
captions = st.builds(
    Caption,
    id=st.text(),
    video=st.text(),
    frame_index=st.integers(0, 2**40),
    pts_seconds=floats,
    text=st.text(),
    objects=st.lists(objects, max_size=3).map(tuple),
    captioner=st.text(),
)


def frame(**changes: object) -> Frame:
    facts: dict[str, object] = {
        "id": "v/f1",
        "video": "v",
        "frame_index": 1,
        "pts_seconds": 0.5,
        "width": 4,
        "height": 2,
        "sha256": "s",
        "sharpness": 1.0,
        "motion": 0.0,
        "blob": "b",
        "offset": 0,
        "length": 9,
    }
    return Frame(**{**facts, **changes})  # type: ignore[arg-type]


@given(st.lists(captions, max_size=4))
def test_rows_survive_parquet(rows: list[Caption]) -> None:
    array = pa.array([to_dicts(Caption, rows)], pa.list_(arrow_type(Caption)))
    file = io.BytesIO()
    pq.write_table(pa.table({"caption": array}), file)
    back = pq.read_table(file)["caption"].combine_chunks().flatten()
    decoded = from_arrow(Caption, back)
    assert decoded == rows
    assert [row_hashes(r) for r in decoded] == [row_hashes(r) for r in rows]


@given(captions, captions)
def test_columns_have_equal_hashes_exactly_when_their_values_are_equal(
    one: Caption, other: Caption
) -> None:
    left, right = row_hashes(one), row_hashes(other)
    for name in left:
        assert (left[name] == right[name]) == (getattr(one, name) == getattr(other, name)), name


def test_one_number_has_one_hash_however_it_is_spelt() -> None:
    assert row_hashes(frame(pts_seconds=1)) == row_hashes(frame(pts_seconds=1.0))
    assert row_hashes(frame(pts_seconds=0.0)) == row_hashes(frame(pts_seconds=-0.0))
    narrow = Vector(id="a", video="v", values=(0.1,) * 40)  # type: ignore[arg-type]
    stored = pa.array([0.1] * 40, pa.float32()).to_pylist()
    assert row_hashes(narrow) == row_hashes(Vector(id="a", video="v", values=tuple(stored)))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        row_hashes(frame(pts_seconds=bad))


def test_where_bytes_lie_has_no_hash() -> None:
    assert row_hashes(frame(blob="x", offset=7)) == row_hashes(frame())
    names = {field.name for field in hash_type(Frame)}
    assert names.isdisjoint(Frame.UNHASHED)


def test_the_order_of_columns_matters_in_a_digest() -> None:
    one, two = pa.array([1], pa.uint64()).to_numpy(), pa.array([2], pa.uint64()).to_numpy()
    assert combine_hashes([one, two]) != combine_hashes([two, one])


@pytest.mark.parametrize(
    "table", [t for t in Record.__subclasses__() if t.__module__.startswith(records.__name__)]
)
def test_every_record_has_an_arrow_type(table: type[Record]) -> None:
    assert pa.types.is_struct(arrow_type(table))


def test_more_ids_than_arrow_holds_are_one_sentence() -> None:
    # A gibibyte that nobody touches takes no memory.
    untouched = pa.py_buffer(mmap.mmap(-1, 2**30))
    offsets = pa.py_buffer(np.array([0, 2**30], np.int32).tobytes())
    ids = pa.StringArray.from_buffers(1, offsets, untouched)
    with pytest.raises(ResourceError, match="2 rows are too many to plan at once: their column id"):
        merged([pa.table({"id": ids}), pa.table({"id": ids})])
