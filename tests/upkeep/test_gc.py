"""`gc` on a real workspace: a run afterwards does nothing, and the dataset is the same."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.engine.saved_plans import SavedPlan, write_plan
from pipeline.engine.workspace import Workspace
from pipeline.llm.responses import Responses, Stored
from pipeline.recipe_file import load_recipe
from pipeline.upkeep.gc import survey
from tests.cli.command import built, called, demitasse, tree

DEMO = "jobs/demo.yaml"


@pytest.fixture
def work(demo_workspace: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_workspace, tmp_path / "work"))


def results(work: Path) -> dict[str, str]:
    return {n: s for n, s in tree(work).items() if n.startswith(("stages", "blobs", "dataset"))}


def test_an_earlier_setting_goes_and_a_run_does_nothing(work: Path) -> None:
    changed = ("run", DEMO, "--work", work, "--set", "core_frames.tau=0.7", "--json")
    assert built(*changed).status == 0
    before = results(work)

    shown = demitasse("gc", work, "--dry-run", "--json")
    assert shown.status == 0, shown.stderr
    assert results(work) == before
    told = json.loads(shown.stdout)
    assert not told["removed"]
    assert told["kinds"]["results"]["count"] > 0
    assert told["kinds"]["inputs"]["count"] > 0
    assert "frames" not in told["kinds"]  # the frames of both settings are the same

    done = called("gc", work)
    assert done.status == 0, done.stderr
    assert "freed" in done.stderr
    after = results(work)
    assert len(after) < len(before)
    again = built(*changed)
    assert set(again.ran.values()) == {0}
    assert results(work) == after
    assert "nothing to remove" in called("gc", work).stderr


def test_a_workspace_in_use_is_refused_in_one_sentence(work: Path) -> None:
    with Workspace.at(work).writing():
        done = called("gc", work, "--dry-run")
    assert done.status == 1
    assert "is in use by process" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_that_stopped_early_or_saw_less_costs_nothing(work: Path) -> None:
    """Later stages still name their old plan, and what a killed run did is planned again."""
    setting = ("--set", "core_frames.tau=0.7")
    built("run", DEMO, "--work", work, *setting, "--until", "questions")
    plan = work / "stages" / "questions" / "plan.parquet"
    plan.unlink()  # as if the run had been killed before it saved it
    called("gc", work)
    done = built("run", DEMO, "--work", work, *setting, "--until", "questions", "--json")
    assert set(done.ran.values()) == {0}


def test_what_only_the_plan_of_another_partition_calls_for_stays(work: Path) -> None:
    """One partition ran before a setting was changed, another has run since."""
    workspace = Workspace.at(work)
    recipe = load_recipe(work / "recipe.yaml", ["core_frames.tau=0.7"])
    (plan,) = workspace.saved_plans("core_frames").values()
    for path in work.glob("stages/*/plan.parquet"):
        path.rename(path.with_name("plan-p1of2.parquet"))
        nothing = SavedPlan("another", plan.unit_ids[:0], plan.keys[:0])
        write_plan(workspace.store, f"stages/{path.parent.name}/plan-p2of2.parquet", nothing)
    assert not {"results", "units", "frames"} & survey(workspace, recipe).by_kind().keys()
    for path in work.glob("stages/*/plan-p1of2.parquet"):
        path.unlink()
    assert survey(workspace, recipe).by_kind()["results"][0] > 0


def test_answers_go_only_when_asked_for_and_those_in_use_never(work: Path) -> None:
    workspace = Workspace.at(work)
    recipe = load_recipe(work / "recipe.yaml", [])
    plan = workspace.saved_plan("questions")
    assert plan is not None
    there = Responses(workspace.store)
    for key, unit in (("a" * 32, plan.unit_ids[0].as_py()), ("b" * 32, "a group of long ago")):
        answer = Stored(key, "questions", unit, "m", "online", 1.0, 0.1, [], {"choices": []})
        there.add(answer)
    there.close()
    assert survey(workspace, recipe).answers == ()
    called("gc", work)
    assert "a" * 32 in (kept := Responses(workspace.store))
    assert "b" * 32 in kept
    done = called("gc", work, "--responses", "--json")
    assert json.loads(done.stdout)["kinds"]["answers"]["count"] == 1
    kept = Responses(workspace.store)
    assert "b" * 32 not in kept
    assert kept.find("a" * 32) is not None
