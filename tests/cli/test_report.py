"""`demitasse report`: the page's place on stdout, a next step on stderr."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import exit_codes
from tests.cli.command import called, demitasse, tree


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


def test_a_workspace_s_page_lies_in_it(workspace: Path) -> None:
    (workspace / "overrides.csv").write_text("id,action\ngone,keep\n")
    done = demitasse("report", workspace)
    assert done.status == exit_codes.DONE, done.stderr
    page = workspace / "report.html"
    assert done.stdout == f"{page}\n"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not list(workspace.glob(".report*")), "nothing temporary is left"
    told = " ".join(done.stderr.split())
    assert "9 of 9 samples" in told
    assert f"{workspace}/overrides.csv and {workspace}/box_overrides.csv" in told
    assert f"demitasse run {workspace}/recipe.yaml --work {workspace}" in told
    assert "overrides.csv: gone, there is no such question any more" in told


def test_json_says_what_is_shown_and_what_there_is(workspace: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    done = called("report", workspace, "--out", page, "--samples", "3", "--json")
    assert not done.stderr
    told = json.loads(done.stdout)
    assert told == {
        "page": str(page),
        "bytes": page.stat().st_size,
        "shown": {"samples": 3, "others": 0, "units": 0},
        "there": {"samples": 9, "others": 0, "units": 0},
        "stale_overrides": [],
    }


def test_a_published_folder_is_read_and_left_as_it_is(workspace: Path, tmp_path: Path) -> None:
    before = tree(workspace / "dataset")
    page = tmp_path / "page.html"
    done = called("report", workspace / "dataset", "--out", page)
    assert done.status == exit_codes.DONE, done.stderr
    assert "in the workspace that it is published from" in " ".join(done.stderr.split())
    refused = called("report", workspace / "dataset", "--out", workspace / "dataset" / "p.html")
    assert refused.status == exit_codes.WRONG_USE
    assert "would lie in a published folder" in refused.stderr
    assert tree(workspace / "dataset") == before


def test_a_folder_that_is_neither_is_wrong_use(tmp_path: Path) -> None:
    done = called("report", tmp_path)
    assert done.status == exit_codes.WRONG_USE
    assert not done.stdout
    assert f"{tmp_path} is neither a workspace nor a published folder" in done.stderr
    assert not list(tmp_path.iterdir())
