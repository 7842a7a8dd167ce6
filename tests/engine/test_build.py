from pathlib import Path

from tests.engine.chain import Run, numbers, stages


def test_a_chain_is_built_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    run = Run(tmp_path / "w", numbers([1, 2, 3, 13, 404, 500, 4, 5]), stages(calls=calls))
    report = run.go()

    assert report.counts["squares"].kept == 5
    assert report.counts["squares"].rejected == {"unlucky": 1}
    assert report.counts["squares"].failed == {"InternalError": 1, "NotFound": 1}
    assert [r["value"] for r in run.result()] == [1 + 16, 4 + 25, 9]

    calls.unlink()
    again = Run(tmp_path / "w", numbers([1, 2, 3, 13, 404, 500, 4, 5]), stages(calls=calls))
    assert again.go().ran == {"squares": 0, "sums": 0}
    assert not calls.exists()
    assert again.result() == run.result()
