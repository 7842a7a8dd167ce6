"""`plan`, `why`, `status` and `retry`: what would run, why, and what was not done."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import built, called, demitasse, tree
from tests.rendering import render_numbers

DEMO = "jobs/demo.yaml"


@pytest.fixture
def workspace(demo_workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


def planned(*arguments: str | Path) -> dict[str, dict[str, int]]:
    done = called("plan", DEMO, *arguments, "--json")
    assert done.status == 0, done.stderr
    return {stage["name"]: stage for stage in json.loads(done.stdout)["stages"]}


def test_a_plan_of_nothing_yet_writes_nothing(tmp_path: Path) -> None:
    stages = planned("--work", tmp_path / "w")
    assert stages["videos"]["new"] == 1
    assert stages["frames"]["units"] == 0
    assert not (tmp_path / "w").exists()


def test_a_plan_of_a_finished_workspace_has_nothing_to_do(workspace: Path) -> None:
    before = tree(workspace)
    stages = planned("--work", workspace)
    assert all(stage["reused"] == stage["units"] for stage in stages.values())
    assert {name for name, data in tree(workspace).items() if before.get(name) != data} == set()


@pytest.mark.parametrize(
    "setting", ["core_frames.tau=0.5", "scenes.threshold=20", "grounding.min_score=0.45"]
)
def test_a_threshold_would_decode_caption_and_embed_nothing(workspace: Path, setting: str) -> None:
    stages = planned("--work", workspace, "--set", setting)
    turned = stages[setting.partition(".")[0]]
    assert turned["changed"] == turned["units"] > 0
    for name in ("videos", "frames", "captions", "embeddings"):
        assert stages[name]["reused"] == stages[name]["units"] > 0


def test_a_plan_counts_the_calls_of_a_captioner_behind_an_endpoint(workspace: Path) -> None:
    asked = ["kind=endpoint", "model=m", "base_url=http://127.0.0.1:1/v1", "frames_together=5"]
    sets = [text for field in asked for text in ("--set", f"captioner.{field}")]
    done = called("plan", DEMO, "--work", workspace, *sets, "--json")
    assert done.status == 0, done.stderr
    (calls,) = json.loads(done.stdout)["calls"]
    assert (calls["stage"], calls["requests"], calls["stored"]) == ("captions", 7, 0)
    assert calls["tokens_in"] >= 7 * 5 * 1500, "five pictures a call"


def test_a_plan_shows_people_time_and_disk(workspace: Path) -> None:
    done = demitasse("plan", DEMO, "--work", workspace, "--set", "core_frames.tau=0.5")
    assert done.status == 0
    assert "core_frames" in done.stderr
    assert "demitasse run jobs/demo.yaml" in done.stderr


def test_a_pilot_runs_one_video_and_projects_the_rest(tmp_path: Path) -> None:
    videos = [render_numbers(tmp_path / f"v{i}.mp4", 40 + i) for i in range(3)]
    done = built("plan", DEMO, *videos, "--work", tmp_path / "w", "--pilot", "1", "--json")
    assert done.status == 0, done.stderr
    stages = {s["name"]: s for s in json.loads(done.stdout.splitlines()[-1])["stages"]}
    assert stages["videos"]["units"] == 3
    assert (stages["videos"]["reused"], stages["videos"]["new"]) == (1, 2)
    assert stages["frames"]["units"] == 1
    assert stages["frames"]["projected"] == 2
    assert stages["frames"]["seconds"] > 0


def test_why_names_the_setting_that_changed_a_unit(workspace: Path) -> None:
    status = json.loads(called("status", workspace, "--json").stdout)
    assert {entry["name"] for entry in status["stages"]} >= {"videos", "publish"}
    recipe = workspace / "recipe.yaml"
    video = _video(workspace)
    done = demitasse("why", workspace, video, "--json")
    assert all(unit["differences"] == [] for unit in json.loads(done.stdout)["units"])

    recipe.write_text(recipe.read_text().replace("tau: 0.9", "tau: 0.5"))
    units = json.loads(called("why", workspace, video, "--json").stdout)["units"]
    (core,) = [unit for unit in units if unit["stage"] == "core_frames"]
    (difference,) = core["differences"]
    assert (difference["what"], difference["before"], difference["after"]) == (
        "setting",
        "0.9",
        "0.5",
    )
    assert "tau" in difference["name"]


def test_why_of_an_unknown_unit_is_wrong_use(workspace: Path) -> None:
    done = called("why", workspace, "no-such-unit")
    assert done.status == 2
    assert "no-such-unit" in done.stderr


def test_failed_units_wait_for_retry(tmp_path: Path) -> None:
    video = render_numbers(tmp_path / "v.mp4", 60)
    work = tmp_path / "w"
    run = ("run", DEMO, video, "--work", work, "--until", "frames", "--json")
    short = built(*run, "--set", "frames.timeout_seconds=0.001")
    assert short.status == 3
    assert "demitasse retry" in short.stderr
    (entry,) = [s for s in _stages(work) if s["name"] == "frames"]
    assert entry["failed"] == {"TimeLimit": 1}

    again = built(*run)
    assert again.status == 3
    assert again.ran["frames"] == 0

    elsewhere = built("retry", work, "--stage", "frames", "--error-class", "MemoryLimit")
    assert elsewhere.status == 3
    retried = built("retry", work, "--error-class", "TimeLimit", "--json")
    assert retried.ran["frames"] == 1
    (entry,) = [s for s in _stages(work) if s["name"] == "frames"]
    assert (entry["kept"], entry["failed"]) == (1, {})


def _stages(work: Path) -> list[dict[str, object]]:
    stages: list[dict[str, object]] = json.loads(called("status", work, "--json").stdout)["stages"]
    return stages


def _video(workspace: Path) -> str:
    from pipeline.engine.browse import read_ids
    from pipeline.engine.workspace import Workspace
    from pipeline.records import Video

    (video,) = read_ids(Workspace.at(workspace), "videos", Video)
    return video
