"""Lists and lines are read one element at a time."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.imports import json_items as module
from pipeline.imports.json_items import json_document, json_items

ROWS = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=12) | st.lists(st.integers()), max_size=3)
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json") / "rows.json"


@given(ROWS, st.integers(1, 40), st.sampled_from([None, 2]))
def test_a_list_comes_back_whatever_the_parts_it_is_read_in(
    file: Path, rows: list[object], chunk: int, indent: int | None
) -> None:
    file.write_text(json.dumps(rows, indent=indent, ensure_ascii=False), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        assert list(json_items(file)) == rows


@given(ROWS)
def test_so_do_lines(file: Path, rows: list[object]) -> None:
    lines = "\n".join(json.dumps(row) for row in rows)
    file.write_text(f"{lines}\n\n", encoding="utf-8")
    assert list(json_items(file)) == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a": 1}, {"b": ', "element 2 is no JSON"),
        ('[{"a": 1},', "ends before its list does"),
        ('[{"a": 1}, nonsense]', "element 2 is no JSON"),
        ('{"a": 1}\n{"b": \n', "line 2: is no JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        list(json_items(file))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        list(json_items(tmp_path / "none.json"))
    (tmp_path / "latin.json").write_bytes(b'["\xe9"]')
    with pytest.raises(InputError, match="cannot read"):
        list(json_items(tmp_path / "latin.json"))
    (tmp_path / "half.json").write_text('{"a":\n')
    with pytest.raises(InputError, match="line 2: is no JSON"):
        json_document(tmp_path / "half.json")
