"""What the commands for workspaces say of an evaluation's."""

import json
from pathlib import Path

import pytest

from pipeline.harness.settings_file import keep
from pipeline.store import Store
from tests.cli.command import called
from tests.fakes.openai_server import Call, FakeOpenAI, Refusal
from tests.harness.small import Evaluation, dataset, row, settings


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation of four questions, of which the model refuses one."""
    root = tmp_path_factory.mktemp("evaluation")
    made = dataset(root / "dataset", [row(n) for n in range(4)])

    def refuse(call: Call) -> Refusal | None:
        return Refusal("no") if "dog 2" in call.text else None

    with FakeOpenAI(lambda call: "Answer: A", refuse) as server:
        chosen = settings(server.base_url)
        keep(Store(root / "work"), chosen)
        Evaluation(root / "work", made).run(chosen)
    return root / "work"


def test_status_tells_how_far_an_evaluation_is(work: Path) -> None:
    told = called("status", work)
    assert told.status == 0, told.stderr
    assert "answers_core_choice" in told.stderr
    assert "q002 failed (Refused)" in told.stderr
    assert "the same demitasse evaluate command with --retry" in " ".join(told.stderr.split())
    found = json.loads(called("status", work, "--json").stdout)
    stages = {one["name"]: one for one in found["stages"]}
    assert stages["answers_core_choice"]["failed"] == {"Refused": 1}
    assert stages["grades_blind_objective"]["kept"] == 3
    assert found["spend"]


@pytest.mark.parametrize("command", [("gc",), ("retry",), ("why", "q001"), ("report",)])
def test_what_needs_a_recipe_says_that_there_is_none(work: Path, command: tuple[str, ...]) -> None:
    told = called(command[0], work, *command[1:])
    assert told.status == 2
    assert "is an evaluation, which has no recipe" in " ".join(told.stderr.split())


def test_settings_that_cannot_be_read_are_told(tmp_path: Path, work: Path) -> None:
    kept = (work / "evaluation.yaml").read_bytes()
    (work / "evaluation.yaml").write_text("identity: {protocols: [none]}")
    told = called("status", work)
    (work / "evaluation.yaml").write_bytes(kept)
    assert told.status == 2
    assert "the same `demitasse evaluate` command writes it anew" in " ".join(told.stderr.split())


def test_an_evaluation_is_not_written_into_a_recipe_s_workspace(tmp_path: Path, work: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("")
    told = called("evaluate", work.parent / "dataset", "--model", "program", "--out", tmp_path)
    assert told.status == 2
    assert "is the workspace of a recipe: name another one with --out" in told.stderr
