"""Ego-ST Bench's files, read by the rules of its inference code."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.publish.exports.formats import format_of
from pipeline.publish.published import SampleRow
from pipeline.tasks import TASKS_OF, Task
from pipeline.validation.validate import validate
from tests.publish.exports.rows import ROW, job
from tests.stages.routing import path
from tests.validation.folders import found

ORDERS = ("Bench, then clock", "Clock, then bench", "Clock, then couch", "Couch, then bench")


def sample(task: Task, **changes: Any) -> SampleRow:
    chosen = not task.startswith("route_description")
    row = replace(
        ROW,
        id=f"id-{task}",
        split="test",
        task=task,
        question=f"Of the way ({task.replace('_', ' ')}), with <video>?",
        answer=ORDERS[1] if chosen else "Go on, then turn left at the bench.",
        options=ORDERS if chosen else (),
        letter="B" if chosen else None,
        route=path(["straight", "left", "straight"], ("bench", "clock")),
    )
    return replace(row, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with format_of("ego-st").writing(job(tmp_path)) as add:
        for task in TASKS_OF["ego_st"]:
            add(sample(task))
        add(sample(Task.DIRECTION_CHANGE_FORWARD, id="learnt", split="train"))
    return tmp_path


def rows(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def test_a_file_for_each_category_and_direction(folder: Path) -> None:
    assert sorted(f.name for f in folder.glob("*.json")) == [
        *("Part1_forward_qa.json", "Part1_reverse_qa.json"),
        *(f"Part{n}_{way}_mcq.json" for n in (2, 3, 4) for way in ("forward", "reverse")),
        "train_Part2_forward_mcq.json",
    ]
    assert list(rows(folder / "train_Part2_forward_mcq.json")) == ["learnt"]


@pytest.mark.parametrize("way", ["forward", "reverse"])
def test_words_are_read_as_its_code_reads_them(folder: Path, way: str) -> None:
    for key, row in rows(folder / f"Part1_{way}_qa.json").items():
        assert key == f"id-route_description_{way}"
        assert row["video"] == "videos/v1.mkv"
        assert "<video>" not in row["question"]
        assert row[f"{way}_answer"] == "Go on, then turn left at the bench."
        assert f"{way}_mcq" not in row


@pytest.mark.parametrize("way", ["forward", "reverse"])
@pytest.mark.parametrize("part", [2, 3, 4])
def test_choices_are_read_as_its_code_reads_them(folder: Path, part: int, way: str) -> None:
    for row in rows(folder / f"Part{part}_{way}_mcq.json").values():
        choice = row[f"{way}_mcq"]
        assert choice["question"] == row["question"]
        told = "\n".join(choice["options"]).splitlines()
        assert told == [f"{n}. {text}" for n, text in zip("ABCD", ORDERS, strict=True)]
        assert told["ABCD".index(choice["answer"])] == f"B. {row[f'{way}_answer']}"


def test_videos_are_listed_and_validation_reads_the_rows(folder: Path) -> None:
    with (folder / "videos.csv").open() as file:
        assert [line["path"] for line in csv.DictReader(file)] == ["videos/v1.mkv"]
    report = validate(folder)
    assert report.formats == ("ego-st",)
    assert report.rows == 9
    told = {code.partition(".")[0] for code in found(report)}
    # One street in both splits, whose letter is always B.
    assert told <= {"media", "splits", "letter_balance"}


def test_a_wrong_letter_is_found(tmp_path: Path) -> None:
    with format_of("ego-st").writing(job(tmp_path)) as add:
        add(sample(Task.LANDMARK_CHANGE_FORWARD, letter="C"))
    assert "options.answer_elsewhere" in found(validate(tmp_path))


def test_rows_of_another_recipe_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"sample q1 asks about no route: .* `ego_st`"),
        format_of("ego-st").writing(job(tmp_path)) as add,
    ):
        add(ROW)
