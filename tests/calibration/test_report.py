"""Calibration of a real workspace: the numbers are the stages' own, the page stands alone."""

import csv
import io
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.calibration.boxes import box_curves
from pipeline.calibration.curve import Shot
from pipeline.calibration.pictures import drawn, pictures
from pipeline.calibration.plot import plot
from pipeline.calibration.report import EXAMPLES, Calibration, calibrate, table, write
from pipeline.cli.workspaces import existing, recipe_of
from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.errors import UsageError
from pipeline.recipe import GroundingSettings, Recipe
from pipeline.records import Candidate, Survivor
from pipeline.storage.files import read_bytes
from tests.shots import shots


@pytest.fixture(scope="module")
def found(demo_workspace: Path) -> Calibration:
    return calibrate(existing(demo_workspace), recipe_of(demo_workspace), 50)


def test_the_current_tau_keeps_what_the_stage_kept(
    demo_workspace: Path, found: Calibration
) -> None:
    survivors = read_table(existing(demo_workspace), "core_frames", Survivor)
    tau = found.curves[0]
    now = next(point for point in tau.points if point.value == 0.9)
    assert (tau.setting, tau.current) == ("core_frames.tau", 0.9)
    assert now.kept == sum(row.survives for row in survivors)
    assert now.kept + now.dropped == len(survivors)
    assert tau.points[-1].kept == now.kept + now.dropped, "nothing is above a cosine of 1"


def test_examples_of_tau_are_pairs_on_their_side_of_the_line(found: Calibration) -> None:
    tau = found.curves[0]
    assert len(tau.kept) == len(tau.dropped) == EXAMPLES
    assert all(example.number <= tau.current for example in tau.kept)
    assert all(example.number > tau.current for example in tau.dropped)
    for example in (*tau.kept, *tau.dropped):
        before, after = example.shots
        assert before.frame != after.frame


def test_the_score_s_points_count_the_candidates(demo_workspace: Path, found: Calibration) -> None:
    scores = [c.score for c in read_table(existing(demo_workspace), "detections", Candidate)]
    (curve,) = found.curves[1:]
    assert curve.setting == "grounding.min_score"
    for point in curve.points:
        assert point.kept == sum(score >= point.value for score in scores)
    assert all(e.number >= curve.current > f.number for e in curve.kept for f in curve.dropped)


def test_where_clip_looked_its_thresholds_have_curves(
    demo_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def candidate(rank: int, score: float, clip: tuple[float, float, float]) -> Candidate:
        return Candidate(
            id=f"v/f1#car#{rank}",
            mention="v/f1#car",
            video="v",
            bbox=(0.1, 0.1, 0.2, 0.2),
            score=score,
            clip_similarity=clip[0],
            clip_frame=clip[1],
            clip_random=clip[2],
            detector="d",
        )

    rows = [
        candidate(1, 0.9, (0.30, 0.2, 0.25)),
        candidate(2, 0.8, (0.10, 0.2, 0.05)),
        candidate(3, 0.1, (0.40, 0.2, 0.2)),
    ]
    monkeypatch.setattr("pipeline.calibration.boxes.read_table", lambda *_: rows)
    curves = box_curves(existing(demo_workspace), ["v"], GroundingSettings(), EXAMPLES)
    assert [curve.setting for curve in curves] == [
        "grounding.min_score",
        "grounding.min_clip",
        "grounding.min_clip_gain",
    ]
    similar, gained = curves[1:]
    assert similar.points[0].kept == 2, "what the score drops is not checked"
    assert [round(e.number, 3) for e in gained.kept] == [0.05]
    assert [round(e.number, 3) for e in gained.dropped] == [-0.1]


def test_the_page_stands_alone_and_the_table_has_every_value(
    tmp_path: Path, demo_workspace: Path, found: Calibration
) -> None:
    workspace = existing(shutil.copytree(demo_workspace, tmp_path / "work"))
    page, rows = write(workspace, found, "demo <b>")
    text = read_bytes(page).decode()
    assert "demo &lt;b&gt;" in text
    sources = re.findall(r'(?:src|href)="([^"]{0,30})', text)
    assert sources and all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert len(text) < 2_000_000
    lines = list(csv.DictReader(io.StringIO(read_bytes(rows).decode())))
    assert len(lines) == sum(len(curve.points) for curve in found.curves)
    assert [line["value"] for line in lines if line["current"] == "true"] == ["0.9", "0.4"]
    assert table(found.curves) == read_bytes(rows).decode()


def test_every_shot_has_its_picture(demo_workspace: Path, found: Calibration) -> None:
    shown = pictures(existing(demo_workspace), found.curves)
    assert len(shown) >= 2 * EXAMPLES


def test_a_box_is_drawn_where_it_is() -> None:
    jpeg = shots()[0].jpeg
    plain = cv2.imdecode(np.frombuffer(drawn(jpeg, Shot("f", "")), np.uint8), cv2.IMREAD_COLOR)
    boxed = cv2.imdecode(
        np.frombuffer(drawn(jpeg, Shot("f", "", (0.25, 0.25, 0.75, 0.75))), np.uint8),
        cv2.IMREAD_COLOR,
    )
    assert plain is not None and boxed is not None
    height, width = plain.shape[:2]
    assert max(height, width) == 320
    changed = np.argwhere(np.abs(plain.astype(int) - boxed.astype(int)).max(axis=2) > 60)
    top, left = changed.min(axis=0)
    bottom, right = changed.max(axis=0)
    wanted = (0.25 * height, 0.25 * width, 0.75 * height, 0.75 * width)
    assert (top, left, bottom, right) == pytest.approx(wanted, abs=4)


def test_the_plot_marks_the_current_value(found: Calibration) -> None:
    drawing = plot(found.curves[0])
    assert drawing.startswith("<svg") and drawing.endswith("</svg>")
    assert 'class="line" d="M511.2' in drawing, "0.9 is four fifths of the way from 0.5 to 1"


def test_a_workspace_without_embeddings_is_told_how_far_to_run(tmp_path: Path) -> None:
    workspace = Workspace.at(tmp_path)
    with pytest.raises(UsageError, match="run it to the stage embeddings"):
        calibrate(workspace, Recipe(name="t"), 50)
