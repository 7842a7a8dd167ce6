"""Whole files: what comes out loads as it is, and what was wrong is told row by row."""

import json
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

from pipeline.errors import InputError, UsageError
from pipeline.imports.charades_sta import import_charades_sta
from pipeline.imports.durations import read_durations
from pipeline.imports.nextgqa import import_nextgqa, spans_file
from pipeline.imports.videoespresso import import_videoespresso
from pipeline.publish.exports.export import export
from pipeline.publish.exports.formats import FORMATS
from tests.imports.test_espresso import TEST, TRAIN
from tests.publish.publishing import publish_some, tree


def table(out: Path, split: str) -> list[dict[str, Any]]:
    (file,) = (out / "data").glob(f"{split}-*.parquet")
    found: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return found


def unresolved(out: Path) -> list[dict[str, Any]]:
    file = out / "unresolved.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_videoespresso(tmp_path: Path) -> None:
    file, out = tmp_path / "all.json", tmp_path / "out"
    empty = TRAIN | {"evidence": "A <obj_start>dog<obj_end><box_start>[]<box_end>."}
    file.write_text(json.dumps([TRAIN, TEST, empty, {"question": "only"}]))
    done: list[int] = []
    report = import_videoespresso(file, out, progress=done.append)
    assert done == [1, 2, 3, 4]
    assert (report.rows, report.imported, report.left_out) == (4, {"train": 2, "test": 1}, 1)
    assert report.problems["empty_box"] == report.problems["no_answer"] == 1
    assert report.found == {
        "boxes": 2,
        "box_form": "centre-1000",
        "box_form_given": False,
        "boxes_that_fit": 1.0,
        "frame_names": {"frame_number": 4, "sample_index": 1},
        "unknown_fields": {},
    }
    assert json.loads((out / "import.json").read_text())["problems"] == report.problems
    assert [p["row"] for p in unresolved(out) if p["left_out"]] == [4]
    assert (out / "schemas/imported_sample.schema.json").exists()
    loaded = datasets.load_dataset(str(out))
    assert {split: len(rows) for split, rows in loaded.items()} == {"train": 2, "test": 1}
    assert loaded["train"][0]["mentions"][0]["boxes"] == [[0.4, 0.3, 0.6, 0.7]]


def test_the_form_of_boxes_can_be_said(tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    file.write_text(json.dumps([TRAIN]))
    with pytest.raises(UsageError, match="no box form 'pixels'; there are centre-1, corners-1"):
        import_videoespresso(file, tmp_path / "out", box_form="pixels")
    report = import_videoespresso(file, tmp_path / "out", box_form="corners-1000")
    assert report.problems == {"box_not_in_convention": 1}


def test_our_own_export_comes_back(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path, samples=12)
    export(dataset, tmp_path / "espresso", FORMATS["videoespresso"], box_form="centre-100")
    report = import_videoespresso(
        tmp_path / "espresso/videoespresso_train_video.json", tmp_path / "train"
    )
    assert report.found["box_form"] == "centre-100" and report.left_out == 0
    for row in table(tmp_path / "train", "train"):
        assert row["evidence"] == "First <obj>person_1</obj> stands, then walks."
        (mention,) = row["mentions"]
        assert mention["boxes"][0] == pytest.approx([0.125, 0.1, 0.5, 0.9], abs=1e-4)
    report = import_videoespresso(tmp_path / "espresso/bench_hard.json", tmp_path / "test")
    rows = table(tmp_path / "test", "test")
    assert {row["letter"] for row in rows} == {"B"}
    assert [frame["caption"] for frame in rows[0]["core_frames"]] == ["picture 0", "picture 1"]


CHARADES = """\
AO8RW 0.0 6.9##a person is putting a book on a shelf.
AO8RW 20.0 34.5##a person leaves.
Y6R7T 9.0 3.0##the person sits down.
broken line
Y6R7T 1.0 4.0##the person stands up.
"""


def test_charades_sta(tmp_path: Path) -> None:
    file, out = tmp_path / "charades_sta_test.txt", tmp_path / "out"
    file.write_text(CHARADES)
    lengths = tmp_path / "Charades_v1_test.csv"
    lengths.write_text("id,subject,length\nAO8RW,X,33.0\nY6R7T,Y,12.5\n")
    report = import_charades_sta(file, out, durations=read_durations(lengths))
    assert (report.rows, report.imported, report.left_out) == (5, {"test": 3}, 2)
    assert report.problems == {
        "no_span": 1,
        "span_ends_after_video": 1,
        "span_reversed": 1,
        "unreadable_line": 1,
    }
    rows = table(out, "test")
    assert [row["row"] for row in rows] == [1, 2, 5]
    assert rows[1]["spans"] == [
        {"start_seconds": 20.0, "end_seconds": 33.0, "stated_start": 20.0, "stated_end": 34.5}
    ]
    assert (rows[0]["kind"], rows[0]["video_seconds"]) == ("sentence", 33.0)
    assert {p["row"] for p in unresolved(out)} == {2, 3, 4}
    report = import_charades_sta(file, out, durations={}, split="validation")
    assert report.imported == {"validation": 3} and report.found == {"without_length": 3}


def test_charades_as_json(tmp_path: Path) -> None:
    file, out = tmp_path / "train.json", tmp_path / "out"
    said = {"duration": 10, "timestamps": [[0, 4], [2, 10.5]], "sentences": ["one", "two"]}
    file.write_text(json.dumps({"v_1": said}))
    report = import_charades_sta(file, out, durations={})
    assert report.problems == {"span_ends_just_after_video": 1}
    assert [row["query"] for row in table(out, "train")] == ["one", "two"]
    file.write_text(json.dumps({"v_1": said | {"sentences": ["one"]}}))
    with pytest.raises(InputError, match="v_1 has no duration, timestamps and as many sentences"):
        import_charades_sta(file, out, durations={})


NEXT = """\
video_id,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4
4010069381,369,640,480,why did she look up,surprised,0,CW,sad,surprised,hot,tired,none
4010069381,369,640,480,what did he do,2,1,TN,sat,ran,"waved, twice",slept,none
4010069381,369,640,480,how many,five,2,TC,one,two,three,four,none
999,1,2,3,where is it,here,0,CH,here,there,up,down,none
"""
LOCATED = {
    "4010069381": {
        "duration": 12.0,
        "location": {"0": [[-0.1, 4.9], [6.0, 12.4]], "1": [[1, 2]], "2": [[3, 4]]},
        "fps": 30,
    }
}


def test_nextgqa(tmp_path: Path) -> None:
    file, out = tmp_path / "val.csv", tmp_path / "out"
    file.write_text(NEXT)
    with pytest.raises(UsageError, match=r"no .*gsub_val\.json: name the file"):
        import_nextgqa(file, out, spans=spans_file(file))
    spans_file(file).write_text(json.dumps(LOCATED))
    report = import_nextgqa(file, out, spans=spans_file(file))
    assert (report.rows, report.imported, report.left_out) == (4, {"validation": 3}, 1)
    assert report.problems == {
        "answer_not_among_options": 1,
        "no_span": 1,
        "span_ends_just_after_video": 1,
        "span_starts_before_video": 1,
    }
    first, second, third = table(out, "validation")
    assert [(s["start_seconds"], s["end_seconds"]) for s in first["spans"]] == [
        (0.0, 4.9),
        (6.0, 12.0),
    ]
    assert (first["answer"], first["letter"]) == ("surprised", "B")
    assert (second["answer"], second["letter"]) == ("waved, twice", "C")
    assert (third["answer"], third["letter"]) == ("five", None)
    assert {"key": "type", "value": "CW"} in first["metadata"]


def test_an_import_replaces_imports_alone(tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    file.write_text(json.dumps([TRAIN]))
    dataset = publish_some(tmp_path)
    before = tree(dataset)
    with pytest.raises(UsageError, match="and no import: choose another place"):
        import_videoespresso(file, dataset)
    assert tree(dataset) == before
    import_videoespresso(file, tmp_path / "out")
    first = tree(tmp_path / "out")
    import_videoespresso(file, tmp_path / "out")
    assert tree(tmp_path / "out") == first


def test_a_broken_file_leaves_the_earlier_import(tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    file.write_text(json.dumps([TRAIN]))
    import_videoespresso(file, tmp_path / "out")
    before = tree(tmp_path / "out")
    file.write_text(json.dumps([TRAIN])[:-20])
    with pytest.raises(InputError, match="element 1 is no JSON"):
        import_videoespresso(file, tmp_path / "out")
    assert tree(tmp_path / "out") == before


def test_durations_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"v": {"duration": 3}, "w": 4.5}')
    assert read_durations(tmp_path / "a.json") == {"v": 3.0, "w": 4.5}
    (tmp_path / "b.json").write_text('{"v": {"length": 3}}')
    with pytest.raises(InputError, match="no length in seconds"):
        read_durations(tmp_path / "b.json")
    (tmp_path / "c.json").write_text("[]")
    with pytest.raises(InputError, match="maps no videos"):
        read_durations(tmp_path / "c.json")
