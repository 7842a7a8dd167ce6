"""Overrides: what a human wrote is read as it stands, or refused with its line."""

from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.overrides import read_box_overrides, read_overrides
from pipeline.records import BoxOverride, Override


def write(folder: Path, text: str, name: str = "overrides.csv") -> Path:
    path = folder / name
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


BOXES = "question,item,frame,x1,y1,x2,y2\n"


def test_boxes_are_read_and_sorted(tmp_path: Path) -> None:
    assert read_box_overrides(tmp_path / "box_overrides.csv") == []
    path = write(
        tmp_path,
        BOXES + "q2,dog_1,v/f30,0,0,1,1\nq1,car_1,v/f5, 0.125 ,0.4,0.5,0.9\n",
        "box_overrides.csv",
    )
    assert read_box_overrides(path) == [
        BoxOverride(
            id="q1#car_1", question="q1", item="car_1", frame="v/f5", bbox=(0.125, 0.4, 0.5, 0.9)
        ),
        BoxOverride(id="q2#dog_1", question="q2", item="dog_1", frame="v/f30", bbox=(0, 0, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("question,item,frame,x1,y1,x2\n", "line 1: needs the column `y2`"),
        (BOXES + "q1,,v/f5,0,0,1,1\n", "line 2: `item` is empty"),
        (BOXES + "q1,car,v/f5,0,0,,1\n", "line 2: `x2` is empty"),
        (BOXES + "q1,car,v/f5,0,left,1,1\n", "line 2: `y1` is 'left' and not a number"),
        (BOXES + "q1,car,v/f5,0,0,640,1\n", "line 2: (0.0, 0.0, 640.0, 1.0) is not [x1,"),
        (BOXES + "q1,car,v/f5,0.5,0,0.5,1\n", "with x1 < x2"),
        (BOXES + "q1,car,v/f5,nan,0,0.5,1\n", "is not [x1,"),
        (
            BOXES + "q1,car,v/f5,0,0,1,1\nq1,car,v/f9,0,0,1,1\n",
            "line 3: car of question q1 stands twice",
        ),
    ],
)
def test_a_line_that_is_no_box_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_box_overrides(write(tmp_path, text, "box_overrides.csv"))
    assert words in str(caught.value)
    assert "box_overrides.csv" in str(caught.value)
