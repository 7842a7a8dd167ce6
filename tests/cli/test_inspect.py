"""Inspecting the demo's questions, as text, as JSON and as a picture."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pipeline.cli import exit_codes
from pipeline.cli.inspection_text import question_lines
from pipeline.cli.workspaces import existing
from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.errors import UnknownUnitError
from pipeline.inspection import Inspection, VideoQuestions, find
from pipeline.records import Group, Question, Rejection, Sample
from tests.cli.command import called, demitasse


@pytest.fixture(scope="module")
def workspace(demo_workspace: Path) -> Workspace:
    return existing(demo_workspace)


@pytest.fixture(scope="module")
def samples(workspace: Workspace) -> list[Sample]:
    return read_table(workspace, "selection", Sample)


def inspected(workspace: Workspace, question_id: str) -> Inspection:
    found = find(workspace, workspace.root / "dataset", question_id)
    assert isinstance(found, Inspection)
    return found


def after(line: str, text: str) -> Iterator[str]:
    """The lines after one that reads `line`."""
    lines = iter(text.splitlines())
    assert line in lines
    return lines


def test_a_question_is_told_whole(workspace: Workspace, samples: list[Sample]) -> None:
    sample = samples[0]
    done = demitasse("inspect", workspace.root, sample.id)
    assert done.status == exit_codes.DONE, done.stderr
    assert f"  Q: {sample.question}" in done.stdout
    assert f"  A: {sample.answer}" in done.stdout
    assert sample.evidence in done.stdout
    core = [line for line in done.stdout.splitlines() if line.startswith("  * ") and " s  " in line]
    for frame, line in zip(sample.core_frames, core, strict=True):
        assert f" frame {frame.frame_index} " in line and line.endswith(frame.caption)
    for interval in sample.intervals:
        span = f"[{interval.start_seconds:.3f}, {interval.end_seconds:.3f}) s"
        assert f"  {span}  {interval.claim}" in done.stdout
    items = [line.strip() for line in after("key items", done.stdout)]
    for box in sample.boxes:
        (line,) = [k for k in items if k.startswith(f"{box.item} (")]
        assert f"score {box.score:.3f}" in line and f"frame {box.frame_index} " in line
        assert ("not verified" not in line) == box.verified
    assert f"  * {sample.letter}. {sample.answer}" in done.stdout
    assert "became a sample, licence unknown, source bikes.mp4" in done.stdout
    stages = [line.split(":")[0].strip() for line in after("provenance", done.stdout)]
    assert stages == ["questions", "verdicts", "evidence", "options"]
    assert f"demitasse inspect {workspace.root} {sample.id} --image" in done.stderr


def test_json_holds_the_rows_themselves(workspace: Workspace, samples: list[Sample]) -> None:
    done = called("inspect", workspace.root, samples[0].id, "--json")
    found = json.loads(done.stdout)
    assert not done.stderr
    assert found["question"]["id"] == found["sample"]["id"] == samples[0].id
    assert len(found["boxes"]) == len(samples[0].boxes)
    assert found["verdict"]["judgements"]
    assert found["rejection"] is None


def test_a_unique_start_of_an_id_is_enough(workspace: Workspace) -> None:
    ids = [question.id for question in read_table(workspace, "questions", Question)]
    for name in ids:
        starts = (name[:n] for n in range(1, len(name)))
        start = next(s for s in starts if sum(i.startswith(s) for i in ids) == 1)
        assert inspected(workspace, start + name[len(start) : 8]).question.id == name


def test_a_video_lists_its_questions(workspace: Workspace, samples: list[Sample]) -> None:
    video = samples[0].video
    found = find(workspace, workspace.root / "dataset", video)
    assert isinstance(found, VideoQuestions)
    done = called("inspect", workspace.root, video)
    assert done.stdout.splitlines()[0] == f"video {video}: {len(found.questions)} questions"
    listed = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert listed == sorted(listed) == [q.id for q in found.questions]
    assert "demitasse inspect" in done.stderr


def test_a_video_has_no_picture(workspace: Workspace, samples: list[Sample]) -> None:
    done = called("inspect", workspace.root, samples[0].video, "--image", "never.png")
    assert done.status == exit_codes.WRONG_USE
    assert "--image needs a question's id" in done.stderr


def test_an_unknown_id_names_some_that_exist(workspace: Workspace) -> None:
    done = called("inspect", workspace.root, "nothing-like-it")
    assert done.status == exit_codes.WRONG_USE
    assert not done.stdout
    known = {question.id for question in read_table(workspace, "questions", Question)}
    assert len([name for name in known if name in done.stderr]) == min(3, len(known))


def test_an_ambiguous_start_names_some_that_it_could_mean(workspace: Workspace) -> None:
    with pytest.raises(UnknownUnitError, match="there are, for instance"):
        find(workspace, workspace.root / "dataset", "")
    ids = [question.id for question in read_table(workspace, "questions", Question)]
    firsts = [name[0] for name in ids]
    start = next((first for first in firsts if firsts.count(first) > 1), None)
    if start is not None:
        with pytest.raises(UnknownUnitError, match=r"ids begin with .*give more of it"):
            find(workspace, workspace.root / "dataset", start)


def test_a_workspace_without_questions_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownUnitError, match="has no question yet"):
        find(Workspace.at(tmp_path), tmp_path / "dataset", "any")


def test_what_became_of_a_question(workspace: Workspace, samples: list[Sample]) -> None:
    found = inspected(workspace, samples[0].id)
    question = found.question
    rejection = Rejection(
        id=question.id,
        video=question.video,
        task=question.task,
        question=question.question,
        answer=question.answer,
        stage="publish",
        reason="duplicate_of_test",
        message="it says nearly the same as another",
    )
    told = "rejected by publish (duplicate_of_test): it says nearly the same as another"
    assert told in question_lines(replace(found, rejection=rejection))
    started = replace(found, sample=None, verdict=None, evidence=None, options=None)
    assert "not decided yet: selection has not come to it" in question_lines(started)


def test_a_corrected_answer_stands_beside_the_writers(
    workspace: Workspace, samples: list[Sample]
) -> None:
    found = inspected(workspace, samples[0].id)
    assert found.verdict is not None
    corrected = replace(found, verdict=replace(found.verdict, answer="No.", overridden=True))
    lines = list(question_lines(corrected))
    assert "  A: No." in lines
    assert f"  the writer's answer was: {found.question.answer}" in lines
    assert "verdict: passed, decided by a human" in lines


def test_the_picture_is_a_png_beside_whatever_else_is_printed(
    workspace: Workspace, samples: list[Sample], tmp_path: Path
) -> None:
    png = tmp_path / "new" / "sheet.png"
    done = called("inspect", workspace.root, samples[0].id, "--image", png, "--json")
    assert done.status == exit_codes.DONE, done.stderr
    assert json.loads(done.stdout)["question"]["id"] == samples[0].id
    with Image.open(png) as picture:
        assert picture.format == "PNG"
        assert picture.width <= 1700


def test_a_picture_that_cannot_be_written_is_one_sentence(
    workspace: Workspace, samples: list[Sample], tmp_path: Path
) -> None:
    done = called("inspect", workspace.root, samples[0].id, "--image", tmp_path)
    assert done.status == exit_codes.FAILED
    assert f"cannot write {tmp_path}" in done.stderr and "Traceback" not in done.stderr


def test_every_question_of_the_demo_can_be_inspected(workspace: Workspace) -> None:
    groups = {group.id: group for group in read_table(workspace, "core_frames", Group)}
    for question in read_table(workspace, "questions", Question):
        found = inspected(workspace, question.id)
        assert (found.sample is None) != (found.rejection is None)
        assert found.group == groups[question.group]
        times = [frame.pts_seconds for frame in found.core_frames]
        assert len(times) >= 2 and times == sorted(times)
        assert list(question_lines(found))
