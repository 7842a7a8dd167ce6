"""Building a benchmark as a person does."""

from pathlib import Path

from pipeline.cli import exit_codes
from tests.benchmark.street import published
from tests.cli.command import demitasse


def test_a_benchmark_and_its_sheet(tmp_path: Path) -> None:
    dataset, out, sheet = published(tmp_path), tmp_path / "out", tmp_path / "review.csv"
    done = demitasse("benchmark", dataset, out, "--cap", "6", "--sheet", sheet)
    assert done.status == exit_codes.DONE, done.stderr
    assert done.stdout == f"{out}\n"
    assert "version 1.0: 12 questions of 2 tasks" in done.stderr
    assert "left out: 4 no_options, 8 over_cap" in done.stderr
    assert "letters: A 3, B 3, C 3, D 3" in done.stderr
    assert f"{sheet} has 12 questions to decide: keep, fix or reject" in done.stderr
    done = demitasse("benchmark", dataset, tmp_path / "two", "--cap", "6", "--reviewed", sheet)
    assert done.status == exit_codes.WRONG_USE
    assert "row 2: the decision is keep, fix or reject, and there is none" in done.stderr
    assert not (tmp_path / "two").exists()
