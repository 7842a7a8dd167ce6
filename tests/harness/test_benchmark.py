from pathlib import Path

import pytest

from pipeline.benchmark.build import Order, build
from pipeline.cli.result_tables import show
from pipeline.errors import UsageError
from pipeline.harness.dataset import read_questions
from tests.benchmark.street import published
from tests.harness.small import Evaluation, of, settings


def test_a_benchmark_is_evaluated_under_its_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bench"
    made = build(published(tmp_path), folder, Order(cap=6, version="1.1"))
    results = Evaluation(tmp_path / "work", folder).results(settings())
    facts = results.dataset
    assert (facts.kind, facts.version, facts.questions) == ("benchmark", "1.1", made.questions)
    assert of(results, "core", "objective").graded == 12
    show(results)
    assert "program@1 on bench (benchmark 1.1), split test: 12 questions" in capsys.readouterr().out
    assert read_questions(tmp_path / "dataset", "test").version == ""
    (folder / "benchmark.json").write_text("{}")
    with pytest.raises(UsageError, match="build that benchmark again"):
        read_questions(folder, "test")
