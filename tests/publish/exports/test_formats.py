"""Every format is read back by its consumer's rules."""

import json
import runpy
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.errors import UsageError
from pipeline.publish.exports.box_forms import PIXELS
from pipeline.publish.exports.boxes import BoxChoice
from pipeline.publish.exports.format import Job
from pipeline.publish.exports.formats import FORMATS, format_of
from pipeline.publish.published import SampleRow
from tests.publish.exports import consumers
from tests.publish.exports.rows import ROW, TEST_ROW, job
from tests.publish.samples import jpeg


def write(name: str, given: Job, rows: Iterable[SampleRow] = (ROW, TEST_ROW)) -> Path:
    with format_of(name).writing(given) as add:
        for row in rows:
            add(row)
    return given.folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def rows(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


CHOICES: list[BoxChoice] = ["certain", "verified", "all", "none"]


@pytest.mark.parametrize("choice", CHOICES)
def test_llama_factory(tmp_path: Path, choice: BoxChoice) -> None:
    folder = write("llama-factory", job(tmp_path, choice=choice))
    info = json.loads((folder / "dataset_info.json").read_text())
    assert list(info) == ["demitasse_train", "demitasse_test"]
    for entry in info.values():
        for row in lines(folder / entry["file_name"]):
            consumers.llama_factory(row, entry, folder)
    assert (folder / "images/v1/300.jpg").read_bytes() == jpeg(300)


def test_llama_factory_names_only_splits_that_have_rows(tmp_path: Path) -> None:
    folder = write("llama-factory", job(tmp_path), [ROW])
    assert list(json.loads((folder / "dataset_info.json").read_text())) == ["demitasse_train"]
    assert not (folder / "test.jsonl").exists()


@pytest.mark.parametrize("choice", CHOICES)
def test_ms_swift(tmp_path: Path, choice: BoxChoice) -> None:
    sizes = [(640, 272), (640, 272)]
    for form in FORMATS["ms-swift"].box_forms:
        folder = tmp_path / form.name
        folder.mkdir()
        write("ms-swift", job(folder, choice=choice, form=form))
        (row,) = lines(folder / "train.jsonl")
        told = consumers.ms_swift(row, sizes, 1000)
        assert ("[dog_1](125,250),(500,750) barks" in told) == (choice != "none")
        consumers.ms_swift(lines(folder / "test.jsonl")[0], sizes, 1000)


def test_ms_swift_says_which_picture_a_box_is_on(tmp_path: Path) -> None:
    folder = write("ms-swift", job(tmp_path, choice="verified", form=PIXELS))
    (row,) = lines(folder / "train.jsonl")
    assert row["objects"] == {
        "ref": ["dog_1", "car_1"],
        "bbox": [[80, 68, 320, 204], [64, 54, 192, 109], [320, 54, 448, 109]],
        "bbox_type": "real",
        "image_id": [0, 1, 1],
    }
    assert row["solution"] == "<answer>A car comes.</answer>"


def test_trl(tmp_path: Path) -> None:
    folder = write("trl", job(tmp_path))
    for split in ("train", "test"):
        (file,) = (folder / "data").glob(f"{split}-*.parquet")
        (row,) = pq.read_table(file).to_pylist()
        user, assistant = consumers.trl(row)
        assert [block["type"] for block in user["content"]] == ["image", "image", "text"]
        assert user["content"][0]["image"]["bytes"] == jpeg(300)
        assert assistant["content"][0]["text"].endswith(row["solution"])
        assert row["details"]["letter"] == (None if split == "train" else "C")
        assert row["details"]["boxes"] == [
            {"item": "dog_1", "picture": 0, "bbox": [0.125, 0.25, 0.5, 0.75]}
        ]
        assert row["details"]["spans"] == [
            {"claim": "A dog barks.", "start_seconds": 11.5, "end_seconds": 12.5}
        ]
        reward = runpy.run_path(str(folder / "reward.py"))
        said, columns = [row["completion"][-1]["content"]], {k: [v] for k, v in row.items()}
        assert reward["task_reward"]([""], said, **columns) == [1]
        assert reward["format_reward"]([""], said, **columns) == [1]


def test_verl(tmp_path: Path) -> None:
    folder = write("verl", job(tmp_path), [ROW, TEST_ROW, replace(ROW, id="q3")])
    found = {
        split: pq.read_table(folder / f"{split}-00000-of-00001.parquet").to_pylist()
        for split in ("train", "test")
    }
    for row in (*found["train"], *found["test"]):
        consumers.verl(row)
        reward = runpy.run_path(str(folder / "reward.py"))["compute_score"]
        truth = row["reward_model"]["ground_truth"]
        said = f"<think>t</think> <answer>{truth}</answer>"
        assert reward(row["data_source"], said, truth, row["extra_info"])["score"] == 2
    assert [row["extra_info"]["index"] for row in found["train"]] == [0, 1]
    assert found["train"][0]["reward_model"]["ground_truth"] == "A car comes."
    assert found["test"][0]["reward_model"]["ground_truth"] == "C"


def test_video_r1(tmp_path: Path) -> None:
    folder = write("video-r1", job(tmp_path))
    (row,) = rows(folder / "sft_train.json")
    path, target = consumers.video_r1(row)
    assert path == "/clips/q1.mp4"
    assert target == (
        "<think>A <obj>dog_1</obj><box>[0.125, 0.25, 0.5, 0.75]</box>at<t>12.0</t>s barks. A car_1 "
        "nears the dog_1 and a tree_1.</think>\n<answer>A car comes.</answer>"
    )
    assert "from 10.0 s to 20.0 s" in row["problem"] and row["clip_start_seconds"] == 10.0
    (row,) = rows(folder / "rl_test.json")
    consumers.video_r1(row)
    assert "process" not in row and row["problem_type"] == "multiple choice"


def test_video_r1_needs_no_pictures(tmp_path: Path) -> None:
    frames = tuple(replace(frame, image=None) for frame in ROW.core_frames)
    folder = write("video-r1", job(tmp_path), [replace(ROW, core_frames=frames)])
    assert len(rows(folder / "rl_train.json")) == 1


@pytest.mark.parametrize("name", [n for n, form in FORMATS.items() if form.pictures])
def test_a_dataset_by_reference_is_refused_where_pictures_are_needed(
    name: str, tmp_path: Path
) -> None:
    frames = tuple(replace(frame, image=None) for frame in ROW.core_frames)
    with pytest.raises(UsageError, match=r"q1 has no pictures.*demitasse cut"):
        write(name, job(tmp_path), [replace(ROW, core_frames=frames)])


def test_an_unknown_format_names_those_that_exist() -> None:
    with pytest.raises(UsageError, match="no format 'coco'; there are videoespresso, llama"):
        format_of("coco")
