"""Evaluations and comparisons as a person makes them, on the demo's own dataset."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import demitasse
from tests.fakes.openai_server import Call, FakeOpenAI


@pytest.fixture
def folder(demo_workspace: Path) -> Path:
    return demo_workspace / "dataset"


def asked(call: Call) -> str:
    return "[0.0, 5.0]"


def test_the_demo_is_evaluated_offline_and_with_a_model_and_compared(
    folder: Path, tmp_path: Path
) -> None:
    how = ("--split", "train", "--protocol", "grounding", "--limit", "4")
    first = ("evaluate", folder, "--model", "program", *how, "--out", tmp_path / "program")
    ended = demitasse(*first, "--json")
    assert ended.status == 0, ended.stderr
    results = json.loads(ended.stdout.splitlines()[-1])["results"]
    assert [one["input"] for one in results["inputs"]] == ["core", "blind"]
    assert results["dataset"]["questions"] == 4
    assert (tmp_path / "program" / "plots" / "grounding.png").stat().st_size > 1000

    with FakeOpenAI(asked) as server:
        reached = ("--model", "fake", "--base-url", server.base_url)
        again = demitasse("evaluate", folder, *reached, *how, "--out", tmp_path / "fake")
        assert again.status == 0, again.stderr
        assert "fake on dataset, split train: 4 questions" in again.stdout
        assert "What a question takes" in again.stdout
        assert len(server.calls) == 8
        # A second run asks nobody and does not start Ray, which alone takes seconds.
        shutil.rmtree(tmp_path / "fake" / "plots")
        once = demitasse("evaluate", folder, *reached, *how, "--out", tmp_path / "fake", "--json")
        assert set(once.ran.values()) == {0}
        assert len(server.calls) == 8
        assert (tmp_path / "fake" / "plots" / "grounding.svg").is_file()

    told = demitasse("compare", tmp_path / "program", tmp_path / "fake")
    assert told.status == 0, told.stderr
    assert "Against program@1 (program), core" in told.stdout


def test_what_cannot_be_is_told_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    out, similar = ("--out", tmp_path / "out"), ("--protocol", "similarity")
    for arguments, said in (
        (("--split", "test"), "no question in the split 'test'; it has train (9)"),
        (("--split", "train"), "asked under objective: it needs options"),
        (
            ("--split", "train", *similar, "--input", "uniform:4"),
            "name files or folders with --videos",
        ),
        (("--split", "train", "--protocol", "route"), "route needs a judge"),
        (("--split", "train", "--input", "some"), "write core, uniform:16"),
    ):
        ended = demitasse("evaluate", folder, *arguments, *out)
        assert ended.status == 2, ended.stderr
        assert said in " ".join(ended.stderr.split())
        assert "Traceback" not in ended.stderr
