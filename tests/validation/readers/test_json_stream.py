"""Reading a JSON file piece by piece gives what reading it whole gives."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.validation.readers.json_stream import BrokenJsonError, elements

SIMPLE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUE = st.recursive(
    SIMPLE, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(), v, max_size=4)
)
ROW = st.dictionaries(st.text(max_size=5), VALUE, max_size=4)
ONE_FILE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, text: str, chunk: int = 1 << 20) -> list[Any]:
    path.write_text(text, encoding="utf-8")
    return [(key, value) for key, value in elements(path, chunk)]


@ONE_FILE
@given(st.lists(VALUE, max_size=6), st.integers(1, 40), st.sampled_from((None, 1)), st.booleans())
def test_a_list(
    tmp_path: Path, values: list[Any], chunk: int, indent: int | None, ascii_: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_)
    assert read(tmp_path / "f.json", text, chunk) == [(None, value) for value in values]


@ONE_FILE
@given(st.dictionaries(st.text(), ROW, max_size=6), st.integers(1, 40))
def test_an_object_of_rows(tmp_path: Path, rows: dict[str, Any], chunk: int) -> None:
    assert read(tmp_path / "f.json", json.dumps(rows), chunk) == list(rows.items())


@ONE_FILE
@given(st.lists(ROW.map(lambda row: {"id": 1, **row}), min_size=1, max_size=6), st.integers(1, 40))
def test_lines_that_are_called_json(tmp_path: Path, rows: list[Any], chunk: int) -> None:
    text = "\n".join(json.dumps(row) for row in rows)
    assert read(tmp_path / "f.json", text, chunk) == [(None, row) for row in rows]


@ONE_FILE
@given(st.lists(ROW, min_size=1, max_size=5), st.data())
def test_a_list_that_is_cut_off_gives_the_rows_before(
    tmp_path: Path, rows: list[Any], data: st.DataObject
) -> None:
    text = json.dumps(rows)
    path = tmp_path / "f.json"
    path.write_text(text[: data.draw(st.integers(1, len(text) - 1))])
    seen: list[Any] = []
    with pytest.raises(BrokenJsonError):
        for element in elements(path, 7):
            seen.append(element.value)
    assert seen == rows[: len(seen)]


def test_an_error_far_ahead_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text('[{"a": nonsense}' + ' {"b": 1},' * 100_000 + "]")
    with pytest.raises(BrokenJsonError, match="at character 7"):
        list(elements(path, 1000))


def test_a_byte_order_mark_and_an_empty_file(tmp_path: Path) -> None:
    assert read(tmp_path / "f.json", "\ufeff[1]") == [(None, 1)]
    assert read(tmp_path / "f.json", " \n") == []


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "f.json").write_bytes(b'[{"a": "\xff"}]')
    with pytest.raises(BrokenJsonError, match="UTF-8"):
        list(elements(tmp_path / "f.json"))
