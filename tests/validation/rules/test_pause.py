"""Answers to somebody who has stopped in the middle of a task, in files of others too."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.tasks import Task
from pipeline.validation.validate import validate
from tests.publish.publishing import publish
from tests.publish.samples import blob_of, sample
from tests.publish.test_pause_counts import PAUSE
from tests.validation import foreign
from tests.validation.folders import found
from tests.validation.foreign import write_json


def faults(folder: Path, row: dict[str, Any]) -> set[str]:
    path = write_json(folder / "bench.json", [row])
    return {code for code in found(validate(path)) if code.startswith("pause")}


@pytest.mark.parametrize(
    ("question", "answer", "codes"),
    [
        ("What do I hold now?", "You hold a lid. It is hot.", set()),
        ("What do I hold now?", "You hold a lid. It is hot. Let it cool.", {"pause.long"}),
        ("Where is my lid?", "It is on the left side of the screen.", {"pause.side"}),
        ("Where is the lid?", "It is on the left side of the screen.", set()),
        ("Where is my lid?", "It is on your left.", set()),
    ],
)
def test_a_benchmark(tmp_path: Path, question: str, answer: str, codes: set[str]) -> None:
    (row,) = foreign.pause_and_think_benchmark()
    row |= {"question": question, "ground_truth": f"<answer>{answer}</answer>"}
    assert faults(tmp_path, row) == codes


def test_rows_without_a_pause_are_not_judged(tmp_path: Path) -> None:
    (row,) = foreign.pause_and_think_benchmark()
    row |= {"category": "event", "ground_truth": "<answer>A. B. C. D.</answer>"}
    del row["ek_mapping"]
    assert faults(tmp_path, row) == set()
    report = validate(tmp_path / "bench.json")
    (result,) = [r for r in report.results if r.rule == "pause"]
    assert result.not_applicable


def test_a_key_item_without_a_box_is_not_to_be_seen(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    row = replace(sample(0, frames), task=Task.FACTUAL_PAST, pause=PAUSE)
    publish(blobs, tmp_path / "with", [row])
    assert "pause.unseen" in found(validate(tmp_path / "with"))
    publish(blobs, tmp_path / "without", [replace(row, key_items=("person_1",), unboxed=())])
    assert "pause.unseen" not in found(validate(tmp_path / "without"))
