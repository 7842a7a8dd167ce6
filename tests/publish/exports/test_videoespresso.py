"""VideoEspresso's released files and training sets."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.publish.exports.box_forms import centre
from pipeline.publish.exports.formats import FORMATS
from tests.publish.exports import consumers
from tests.publish.exports.rows import ROW, TEST_ROW, job

FORMAT = FORMATS["videoespresso"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("espresso")
    given = job(folder, choice="verified", form=centre(1000))
    with FORMAT.writing(given) as add:
        for row in (ROW, TEST_ROW, replace(TEST_ROW, id="q3", options=(), letter=None)):
            add(row)
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


def test_the_training_file(files: dict[str, list[dict[str, Any]]]) -> None:
    (row,) = files["videoespresso_train_video.json"]
    assert row == {
        "question": "Why does the dog bark?",
        "answer": "A car comes.",
        "video_path": "videos/v1.mkv",
        "task": "Causal Inference",
        "keyframe_path": ["images/v1/300.jpg", "images/v1/360.jpg"],
        "key items": ["dog_1", "car_1", "tree_1"],
        "evidence": "A <obj_start>dog_1<obj_end><box_start>[312.5, 500, 375, 500]<box_end> barks. "
        "A <obj_start>car_1<obj_end><box_start>[[200, 300, 200, 200], [600, 300, 200, 200]]"
        "<box_end> nears the <obj_start>dog_1<obj_end><box_start>[]<box_end> and a "
        "<obj_start>tree_1<obj_end><box_start>[]<box_end>.",
        "id": "q1",
    }


def test_the_test_file_unpacks_by_its_order(files: dict[str, list[dict[str, Any]]]) -> None:
    with_options, without = files["bench_hard.json"]
    assert consumers.espresso_test(with_options) == (2, list(TEST_ROW.options))
    assert (without["options"], without["correct_answer"]) == ([], "")


def test_the_benchmark_has_what_has_options(files: dict[str, list[dict[str, Any]]]) -> None:
    (row,) = files["bench_final.json"]
    assert list(row) == [
        "video_path",
        "question",
        "options",
        "correct_answer",
        "evidence",
        "task",
    ]
    assert row["options"][2] == "(C): A car comes." and row["correct_answer"] == "(C)"


def test_the_two_stages(files: dict[str, list[dict[str, Any]]]) -> None:
    (first,), (second,) = files["stage1_evidence.json"], files["stage2_answer.json"]
    evidence = files["videoespresso_train_video.json"][0]["evidence"]
    for row in (first, second):
        consumers.llava(row)
    assert first["conversations"][1]["value"] == evidence
    assert f"Evidence: {evidence}\n" in second["conversations"][0]["value"]
    assert second["conversations"][1]["value"] == "A car comes."


def test_the_selector_without_other_captions(files: dict[str, list[dict[str, Any]]]) -> None:
    (row,) = files["selector.json"]
    consumers.llava(row)
    assert row["candidates"] == "core_frames"
    assert row["core_frames"] == ["v1/f300", "v1/f360"]
    asked, replied = (turn["value"] for turn in row["conversations"])
    assert asked.endswith("1 (12.0 s): frame 300\n2 (14.5 s): frame 360") and replied == "1, 2"


def test_videos_are_listed_once_and_linked_where_they_are_known(tmp_path: Path) -> None:
    video = tmp_path / "mine.mkv"
    video.write_bytes(b"a video")
    out = tmp_path / "out"
    out.mkdir()
    with FORMAT.writing(job(out, form=centre(1), videos={"v1": video})) as add:
        for row in (ROW, TEST_ROW, replace(ROW, id="q5", video="v2", source="unknown")):
            add(row)
    listed = (out / "videos.csv").read_text().splitlines()
    assert listed == [
        "path,video,source,licence,video_seconds",
        "videos/v1.mkv,v1,street.mkv,cc-by-4.0,60.0",
        "videos/v2.mp4,v2,unknown,cc-by-4.0,60.0",
    ]
    assert (out / "videos/v1.mkv").read_bytes() == b"a video"
    assert not (out / "videos/v2.mp4").exists()
