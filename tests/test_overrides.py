"""Overrides: what a human wrote is read as it stands, or refused with its line."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.overrides import read_overrides
from pipeline.records import Override


def write(folder: Path, text: str) -> Path:
    path = folder / "overrides.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_is_no_override(tmp_path: Path) -> None:
    assert read_overrides(tmp_path / "overrides.csv") == []


def test_rows_are_read_and_sorted(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "\ufeffid,action,reason,answer\n"
        'q2,reject,"two men, not one",\n'
        "\n"
        "q1, keep ,, The tram passes after the taxi.\n",
    )
    assert read_overrides(path) == [
        Override(id="q1", action="keep", reason=None, answer="The tram passes after the taxi."),
        Override(id="q2", action="reject", reason="two men, not one", answer=None),
    ]


def test_only_id_and_action_are_needed(tmp_path: Path) -> None:
    path = write(tmp_path, "action,id\nkeep,q1\n")
    assert read_overrides(path) == [Override(id="q1", action="keep", reason=None, answer=None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: needs the column `id`"),
        ("id,reason\n", "line 1: needs the column `action`"),
        ("id,action,anwser\n", "line 1: there is no column `anwser`; did you mean `answer`?"),
        ("id,action,notes\n", "line 1: there is no column `notes`; known are id, action"),
        ("id,action\n,keep\n", "line 2: the question's id is empty"),
        ("id,action\nq1,drop\n", "line 2: action 'drop' is not keep or reject"),
        ("id,action\nq1,\n", "line 2: action None is not keep or reject"),
        ("id,action,reason\nq1,keep,\nq2,reject,\n", "line 3: a rejection needs a reason"),
        ("id,action,reason,answer\nq1,reject,one man, not two\n", "needs quotes"),
        ("id,action\nq1,keep,really\n", "line 2: has 3 fields and not 2"),
        ("id,action\nq1,keep\nq1,keep\n", "line 3: question q1 stands twice"),
    ],
)
def test_a_line_that_says_no_one_thing_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_overrides(write(tmp_path, text))
    assert words in str(caught.value)
    assert "overrides.csv" in str(caught.value)


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_overrides(tmp_path)
