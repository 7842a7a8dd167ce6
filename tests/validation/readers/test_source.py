"""Which files of a folder are read, as what, and what is said of the others."""

import json
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.validation.readers.source import DataFile, find
from tests.validation import foreign
from tests.validation.folders import clean_folder
from tests.validation.foreign import write_json, write_lines


def test_our_folder(tmp_path: Path) -> None:
    source = find(clean_folder(tmp_path))
    assert source.formats == ("demitasse",) and not source.passed_over
    assert {f.name.split("/")[0] for f in source.files} == {"data", "provenance", "rejected"}
    rows = list(source.rows())
    assert [row.ordinal for row in rows] == list(range(26))
    assert [row.rejected for row in rows].count(True) == 2
    assert rows[0].media and not rows[0].media[0].data
    pictured = next(source.rows(pictures=True))
    assert pictured.media and pictured.media[0].data


def test_files_that_hold_no_rows_are_told(tmp_path: Path) -> None:
    write_json(tmp_path / "rows.json", foreign.video_r1())
    write_json(tmp_path / "dataset_info.json", [{"problem": 1, "solution": 2}])
    (tmp_path / "settings.json").write_text('{"a": 1, "b": {"c": 2}}')
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "lines.jsonl").write_text("")
    write_json(tmp_path / "other.json", [{"x": 1, "y": 2}])
    source = find(tmp_path)
    assert [f.name for f in source.files] == ["rows.json"]
    assert sorted(source.passed_over) == [
        "empty.json: it has no rows",
        "lines.jsonl: it has no rows",
        "other.json: its fields (x, y) are those of no known format",
        "settings.json: its fields (a, b) are those of no known format",
    ]


def test_lines_that_are_called_json(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    write_lines(path, foreign.video_r1())
    assert len(list(find(path).rows())) == 2


def test_a_format_by_its_name(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "rows.jsonl", foreign.trl()[:0] + foreign.llama_factory())
    assert find(path).formats == ("ms-swift",)
    assert find(path, "trl").formats == ("trl",)
    assert find(clean_folder(tmp_path / "ours"), "demitasse").formats == ("demitasse",)
    with pytest.raises(UsageError, match="there is no format 'coco'; there are demitasse, "):
        find(path, "coco")


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train.json", "train"),
        ("data/test-00000-of-00001.parquet", "test"),
        ("my_val_2.json", "validation"),
        ("bench_final.json", "test"),
        ("trainer.json", None),
        ("latest.json", None),
        ("videoespresso_train_video.json", "train"),
    ],
)
def test_the_split_in_a_name(name: str, split: str | None) -> None:
    assert DataFile(Path(name), name, None).split == split


def test_what_is_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="holds no rows of a known format; name it with --format"):
        find(tmp_path)
    (tmp_path / "rows.csv").write_text("a,b\n")
    with pytest.raises(UsageError, match=r"is none of \.json, \.jsonl, \.parquet"):
        find(tmp_path / "rows.csv")
    (tmp_path / "workspace.json").write_text(json.dumps({}))
    with pytest.raises(UsageError, match="is a workspace: validate its dataset"):
        find(tmp_path)
