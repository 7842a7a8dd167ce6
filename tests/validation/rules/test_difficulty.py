"""Planted faults in how a policy is said to have fared."""

from pathlib import Path
from typing import Any

import pytest

from tests.publish.publishing import publish, recipe
from tests.publish.samples import blob_of, tried
from tests.validation.folders import clean_sample, edit, findings


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    blobs, frames = blob_of(tmp_path / "store")
    samples = [tried(clean_sample(n, frames), 1 + n % 6) for n in range(12)]
    publish(blobs, tmp_path / "dataset", samples, given=recipe(test_fraction=0.5))
    return tmp_path / "dataset"


def test_counts_that_agree_are_no_finding(dataset: Path) -> None:
    assert not {code for code in findings(dataset) if code.startswith(("difficulty", "options"))}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"right": 0, "pass_rate": 0.0}, "one_sided"),
        ({"right": 8, "pass_rate": 1.0}, "one_sided"),
        ({"pass_rate": None}, "one_sided"),
        ({"right": 9}, "counts"),
        ({"samples": None}, "counts"),
        ({"counted": 5}, "counts"),
        ({"unparsed": -1}, "counts"),
        ({"right": 7, "pass_rate": 0.5}, "rate"),
    ],
)
def test_a_planted_fault_is_found(dataset: Path, change: dict[str, Any], code: str) -> None:
    edit(dataset, lambda row: row["difficulty"].update(change))
    assert {f for f in findings(dataset) if f.startswith("difficulty")} == {f"difficulty.{code}"}


def test_answers_that_were_left_out_do_not_count(dataset: Path) -> None:
    left_out = {"right": 7, "counted": 7 + 0, "unparsed": 1, "pass_rate": 1.0}
    edit(dataset, lambda row: row["difficulty"].update(left_out))
    assert "difficulty.one_sided" in findings(dataset)
    edit(dataset, lambda row: row["difficulty"].update({"right": 1, "pass_rate": 1 / 7}))
    assert "difficulty.counts" not in findings(dataset)
