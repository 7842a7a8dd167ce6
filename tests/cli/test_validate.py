"""The command: status, table and JSON."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.cli import exit_codes
from tests.cli.command import called, demitasse
from tests.validation import foreign
from tests.validation.folders import clean_folder, edit, shards


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean_folder(tmp_path_factory.mktemp("validated"))


def test_a_clean_dataset(dataset: Path) -> None:
    done = demitasse("validate", dataset)
    assert done.status == exit_codes.DONE
    first, _, header, *lines = done.stdout.splitlines()
    assert first == f"{dataset}: 24 rows, 17 files, format demitasse"
    assert header.split() == ["rule", "checked", "errors", "warnings", "first"]
    table = dict(line.split(maxsplit=1) for line in lines[:21])
    assert table["boxes"].split() == ["24", "-", "-"]
    assert table["pronouns"] == "not applicable: no row has a question in the first person"
    assert "note" not in done.stdout, "our own folder says how long its videos are"
    assert "nothing is wrong; load it: datasets.load_dataset(" in done.stderr


def test_what_could_not_be_looked_at_is_noted(dataset: Path, tmp_path: Path) -> None:
    shard = tmp_path / "train.parquet"
    pq.write_table(pq.read_table(shards(dataset)[0]).drop_columns(["video_seconds"]), shard)
    done = called("validate", shard)
    assert "note     intervals: ends were not compared with the video's in 5 of 5" in done.stdout


def test_errors_and_warnings(tmp_path: Path) -> None:
    dataset = clean_folder(tmp_path)
    name = edit(dataset, lambda row: row["boxes"][0].update(bbox=[0.5, 0.5, 0.4, 0.6]))
    second = edit(dataset, lambda row: row.update(evidence=row["evidence"] + " I see."), row=1)
    done = called("validate", dataset)
    assert done.status == exit_codes.FAILED
    lines = done.stdout.splitlines()
    row = next(line for line in lines if line.startswith("boxes"))
    assert row.split() == ["boxes", "24", "1", "-", name]
    at = lines.index(
        "error    boxes.no_area: has a box without area, or with its corners swapped (1 row)"
    )
    assert lines[at + 1] == f"         {name}: person_1: [0.5, 0.5, 0.4, 0.6]"
    assert next(line for line in lines if line.startswith("warning")).startswith(
        "warning  perspective.drift"
    )
    assert f"1 error, 1 warning; all of one rule: demitasse validate {dataset} --only boxes" in (
        done.stderr
    )

    only = called("validate", dataset, "--only", "perspective")
    assert only.status == exit_codes.DONE, "warnings are no failure"
    assert second in only.stdout and "boxes" not in only.stdout
    skipped = called("validate", dataset, "--skip", "perspective", "--skip", "boxes")
    assert skipped.status == exit_codes.DONE and "nothing is wrong" in skipped.stderr


def test_json_is_the_whole_report(tmp_path: Path) -> None:
    path = foreign.write_json(tmp_path / "charades_train.json", foreign.temporal() * 20)
    done = called("validate", path, "--json", "--rows", "2")
    assert done.status == exit_codes.FAILED
    report = json.loads(done.stdout)
    assert (report["ok"], report["rows"], report["formats"]) == (False, 40, ["temporal"])
    assert report["errors"] == sum(
        f["count"] for r in report["results"] for f in r["findings"] if f["severity"] == "error"
    )
    found = {f["code"]: f for r in report["results"] for f in r["findings"]}
    assert found["id"]["count"] == 38 and len(found["id"]["examples"]) == 2
    idle = {r["rule"]: r["not_applicable"] for r in report["results"]}
    assert idle["boxes"] == "no row has a box" and idle["intervals"] is None


def test_wrong_use(dataset: Path, tmp_path: Path) -> None:
    for arguments, told in (
        ((dataset, "--only", "boxing"), "there is no rule 'boxing'; there are readable, files"),
        ((dataset, "--format", "coco"), "there is no format 'coco'"),
        ((dataset, "--only", "boxes", "--skip", "boxes"), "no rule is left"),
        ((tmp_path / "nowhere",), "does not exist"),
    ):
        done = called("validate", *arguments)
        assert done.status == exit_codes.WRONG_USE and not done.stdout
        assert told in done.stderr and "Traceback" not in done.stderr
