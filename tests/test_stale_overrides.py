"""Overrides without a question are told, and those that count are not."""

import shutil
from pathlib import Path

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.records import Sample
from pipeline.stale_overrides import stale_overrides


def test_overrides_of_what_is_not_there_are_told(tmp_path: Path, demo_workspace: Path) -> None:
    workspace = Workspace.at(Path(shutil.copytree(demo_workspace, tmp_path / "work")))
    assert stale_overrides(workspace) == []
    sample = read_table(workspace, "selection", Sample)[0]
    box = sample.boxes[0]
    workspace.store.path("overrides.csv").write_text(f"id,action\n{sample.id},keep\ngone,keep\n")
    workspace.store.path("box_overrides.csv").write_text(
        "question,item,frame,x1,y1,x2,y2\n"
        f"{sample.id},{box.item},{box.frame},0,0,1,1\n"
        f"{sample.id},ghost_1,{box.frame},0,0,1,1\n"
    )
    assert [(s.file, s.id) for s in stale_overrides(workspace)] == [
        ("overrides.csv", "gone"),
        ("box_overrides.csv", f"{sample.id}#ghost_1"),
    ]
    workspace.store.path("box_overrides.csv").write_text(
        f"question,item,frame,x1,y1,x2,y2\n{sample.id},{box.item},{box.frame}0,0,0,1,1\n"
    )
    (stale,) = stale_overrides(workspace)[1:]
    assert stale.why == f"{box.frame}0 is none of its core frames"


def test_before_questions_are_written_no_override_is_stale(tmp_path: Path) -> None:
    (tmp_path / "overrides.csv").write_text("id,action\nq1,keep\n")
    (tmp_path / "box_overrides.csv").write_text(
        "question,item,frame,x1,y1,x2,y2\nq1,p,v/f1,0,0,1,1\n"
    )
    assert stale_overrides(Workspace.at(tmp_path)) == []
