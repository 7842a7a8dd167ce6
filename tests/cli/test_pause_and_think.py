"""Pause-and-Think as a user runs it: a paused dataset, its export, and clips without a future."""

import json
import shutil
from pathlib import Path

import av
import pytest

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.publish.reading import samples
from pipeline.records import Group, PausePoint
from tests.cli.command import demitasse
from tests.footage import bikes

JOB = "jobs/pause_and_think.yaml"


@pytest.fixture
def work(demo_workspace: Path, tmp_path: Path) -> Path:
    """A workspace that has seen the footage already: only what is asked of it is new."""
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


def test_a_video_is_paused_asked_about_published_and_exported(work: Path, tmp_path: Path) -> None:
    done = demitasse(
        *("run", JOB, "--work", work, "--json", "--set", "publish.test_fraction=0.999")
    )
    assert done.status == 0, done.stderr
    assert done.ran["captions"] == 0 and done.ran["pause_points"] == 1

    workspace, dataset = Workspace.at(work), work / "dataset"
    points = {point.id: point for point in read_table(workspace, "pause_points", PausePoint)}
    for group in read_table(workspace, "pause_points", Group):
        shown = [frame.pts_seconds for frame in group.frames]
        assert max(shown) < points[group.id].question_seconds
    rows = list(samples(dataset))
    assert rows and {row.task for row in rows} <= {"factual_past", "future_planning"}
    for row in rows:
        assert row.pause is not None
        end = row.pause.question_seconds
        assert row.end_seconds == end
        assert all(frame.pts_seconds < end for frame in row.core_frames)
        assert all(interval.end_seconds <= end for interval in row.intervals)
        assert "your" in row.answer or "you " in row.answer

    assert demitasse("validate", dataset).status == 0
    card = (dataset / "README.md").read_text()
    assert "### Questions at a pause" in card and "pause_points.max_similarity" in card

    out = tmp_path / "export"
    told = demitasse("export", dataset, out, "--format", "pause-and-think")
    assert told.status == 0, told.stderr
    benchmark = json.loads((out / "benchmark.json").read_text())
    assert {row["category"] for row in benchmark} <= {"Factual/Past", "Future/Planning"}
    assert len(benchmark) == len(rows)

    cut = demitasse("cut", dataset, bikes(), "--clips", "--out", out / "clips")
    assert cut.status == 0, cut.stderr
    for row in json.loads((out / "test.json").read_text()):
        (mapping,) = row["clip_mapping"]
        with av.open(str(out / row["videos"][0])) as clip:
            last = max(float(frame.time or 0) for frame in clip.decode(video=0))
        assert last < mapping["question_point"]["question_video_duration_sec"]
    assert demitasse("validate", out / "test.json").status == 0
