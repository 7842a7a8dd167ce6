"""`docs/evaluate.md` says what the commands take."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.harness.settings_file import load_settings
from pipeline.recipe.evaluation import PROTOCOLS
from tests.cli.command import called

TEXT = (Path(__file__).parents[2] / "docs" / "evaluate.md").read_text(encoding="utf-8")


def test_the_file_of_settings_is_one(tmp_path: Path) -> None:
    found = re.search(r"lie over it\.\n\n((?:    .*\n|\n)+)", TEXT)
    assert found is not None
    path = tmp_path / "evaluation.yaml"
    path.write_text(dedent(found[1]))
    settings = load_settings(path, {}, ["judge.sees=frames", "model.sees=captions"])
    assert settings.identity.judge is not None
    assert settings.identity.judge.sees == "frames"
    assert settings.runtime.budget.usd == 20


def test_options_and_protocols_are_those_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told = called("evaluate", "--help").stdout + called("compare", "--help").stdout
    there = set(re.findall(r"--[a-z-]+", told))
    named = set(re.findall(r"`?(--[a-z][a-z-]+)", TEXT))
    assert named <= there
    assert there - named <= {"--help", "--address", "--json"}
    assert all(f"| `{protocol}` |" in TEXT for protocol in PROTOCOLS)
