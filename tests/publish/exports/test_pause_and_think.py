"""Pause-and-Think's forms, read by the rules of those who take them."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.publish.exports.formats import format_of
from pipeline.publish.published import SampleRow
from pipeline.records import Pause
from pipeline.tasks import Task
from pipeline.validation.validate import validate
from tests.publish.exports import consumers
from tests.publish.exports.rows import ROW, job
from tests.validation.folders import found

TRAIN = replace(
    ROW,
    task=Task.FUTURE_PLANNING,
    question="What do I do next, with <video> on?",
    answer="Open the door on your left.",
    evidence="You stand at a <obj>potted_plant_1</obj>. You want out.",
    pause=Pause(
        question_seconds=20.0,
        shown_start_seconds=12.0,
        clip_start_seconds=10.0,
        clip_end_seconds=24.5,
        policy="boundary",
        scope="goal",
    ),
)
TEST = replace(TRAIN, id="q2", split="test", task=Task.FACTUAL_PAST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with format_of("pause-and-think").writing(job(tmp_path)) as add:
        for row in (TRAIN, TEST):
            add(row)
    return tmp_path


def rows(path: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return read


def test_training_rows_with_thoughts_and_without(folder: Path) -> None:
    info = json.loads((folder / "dataset_info.json").read_text())
    assert list(info) == [
        *("pause_and_think_train", "pause_and_think_train_no_thinking"),
        *("pause_and_think_test", "pause_and_think_test_no_thinking"),
    ]
    replies = []
    for entry in info.values():
        (row,) = rows(folder / entry["file_name"])
        consumers.llama_factory_video(row, entry)
        replies.append(row["messages"][1]["content"])
    answer = "<answer>Open the door on your left.</answer>"
    thoughts = "<thinking>You stand at a potted plant. You want out.</thinking>"
    assert replies == [thoughts + answer, answer] * 2


def test_the_mapping_counts_from_the_beginning_of_the_file(folder: Path) -> None:
    (row,) = rows(folder / "train.json")
    (mapped,) = row["clip_mapping"]
    assert row["videos"] == ["clips/q1.mp4"]
    # The container's clock starts at 2 s.
    assert mapped["clip_window_in_parent"] == {"start_sec": 8.0, "end_sec": 22.5}
    assert mapped["shown_video_window_in_parent"] == {"start_sec": 10.0, "end_sec": 18.0}
    assert mapped["question_point"] == {
        "question_video_duration_sec": 8.0,
        "clip_relative_sec": 10.0,
        "in_parent_sec": 18.0,
    }
    with (folder / "videos.csv").open() as file:
        assert [line["path"] for line in csv.DictReader(file)] == [mapped["raw_parent_video"]]


def test_the_benchmark_is_the_test_split_in_the_released_fields(folder: Path) -> None:
    (row,) = rows(folder / "benchmark.json")
    assert list(row)[:5] == ["video", "question_video", "question", "ground_truth", "category"]
    assert row["video"] == "videos/v1.mkv"
    assert row["question_video"] == "clips/q2.mp4"
    assert row["category"] == "Factual/Past"
    assert row["ground_truth"].startswith("<thinking>You stand")


@pytest.mark.parametrize("name", ["train", "test", "benchmark"])
def test_validation_reads_what_was_written(folder: Path, name: str) -> None:
    report = validate(folder / f"{name}.json")
    assert report.rows == 1
    assert found(report) <= {"media.missing"}, "the clips are not cut yet"
    checked = {result.rule for result in report.results if not result.not_applicable}
    assert "pause" in checked and ("future" in checked or name == "benchmark")


@pytest.mark.parametrize("row", [ROW, replace(ROW, pause=TRAIN.pause), replace(TRAIN, pause=None)])
def test_rows_of_another_recipe_are_refused(row: SampleRow, tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"sample q1 has no question point: .* `pause_and_think`"),
        format_of("pause-and-think").writing(job(tmp_path)) as add,
    ):
        add(row)
