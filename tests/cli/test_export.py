"""Exporting as a person does."""

import json
from pathlib import Path
from typing import get_args

import pytest

from pipeline.cli import exit_codes
from pipeline.cli.export import FormatName
from pipeline.publish.exports.formats import FORMATS
from tests.cli.command import called, demitasse
from tests.publish.publishing import publish_some


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_some(tmp_path_factory.mktemp("published"))


def test_the_command_offers_all_formats() -> None:
    assert get_args(FormatName) == tuple(FORMATS)


def test_the_place_is_printed_and_the_conventions_are_told(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = demitasse("export", dataset, out, "--format", "llama-factory")
    assert done.status == exit_codes.DONE, done.stderr
    assert done.stdout == f"{out}\n"
    assert "boxes: [x1, y1, x2, y2] in 0..1 of the picture's width and height" in done.stderr
    assert "times: seconds on the container's clock" in done.stderr
    assert "8 boxes written" in done.stderr
    assert f"next: train with `dataset_dir: {out}` and `dataset: demitasse_train`" in done.stderr


def test_json_for_machines(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = called("export", dataset, out, "-f", "ms-swift", "--box-form", "pixels", "--json")
    told = json.loads(done.stdout)
    assert not done.stderr
    assert told["out"] == str(out) and sum(told["samples"].values()) == 8
    assert told["conventions"]["box_form"] == "pixels"
    assert told["conventions"] == json.loads((out / "conventions.json").read_text())


def test_videos_are_found_by_their_bytes(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(b"no video of this dataset")
    done = demitasse(
        *("export", dataset, tmp_path / "out", "-f", "videoespresso", "--videos", tmp_path)
    )
    assert done.status == exit_codes.DONE, done.stderr
    assert "0 of 1 videos are here" in done.stderr


def test_a_mistake_is_one_sentence(dataset: Path, tmp_path: Path) -> None:
    done = called("export", tmp_path, tmp_path / "out", "-f", "trl")
    assert done.status == exit_codes.WRONG_USE
    assert "is no published dataset" in done.stderr and "Traceback" not in done.stderr


def test_two_stages_are_started_as_the_command_says(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = demitasse("export", dataset, out, "-f", "llama-factory", "--training", "two-stage")
    assert done.status == exit_codes.DONE, done.stderr
    assert (
        f"next: cd {out} && llamafactory-cli train stage1.yaml && llamafactory-cli train "
        "stage2.yaml" in done.stderr
    )
    assert {"stage1.yaml", "stage2.yaml"} <= {path.name for path in out.iterdir()}
