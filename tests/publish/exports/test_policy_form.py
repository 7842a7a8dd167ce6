"""Questions that a policy was asked: asked again as it was, and rewarded by the library."""

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.evaluation.answers.grammars import read_reply
from pipeline.evaluation.answers.parsed import Parsed
from pipeline.publish.exports import policy_form, trl, verl
from pipeline.publish.published import PublishedDifficulty, SampleRow
from tests.publish.exports.rows import ROW, TEST_ROW, job
from tests.stages.routing import path

SPANS = ((11.5, 12.5),)
KINDS: dict[str, dict[str, Any]] = {
    "exact_match": {"solution": "C"},
    "math": {"solution": "7", "problem": "How many dogs bark?"},
    "iou": {"solution": "[11.50, 12.50]", "spans": SPANS, "problem": "When? A dog barks."},
    "gqa": {"solution": "C <> [11.50, 12.50]", "spans": SPANS},
}
WRONG = {"exact_match": "A", "math": "8", "iou": "[1.0, 2.0]", "gqa": "A <> [1.0, 2.0]"}


def row(kind: Any) -> SampleRow:
    values: dict[str, Any] = {"problem": TEST_ROW.question, "spans": (), **KINDS[kind]}
    difficulty = PublishedDifficulty(
        problem_type=kind,
        samples=8,
        right=2,
        unparsed=0,
        counted=8,
        pass_rate=0.25,
        mean_reward=1.25,
        frames=(),
        policy="policy@1",
        **values,
    )
    return replace(TEST_ROW, split="train", difficulty=difficulty)


def written(module: Any, folder: Path, given: SampleRow) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row as a consumer reads it, and the reward module beside it."""
    with module.FORMAT.writing(job(folder)) as add:
        add(given)
    (file,) = folder.rglob("train-*.parquet")
    (found,) = pq.read_table(file).to_pylist()
    return found, runpy.run_path(str(folder / "reward.py"))


@pytest.mark.parametrize("kind", KINDS)
def test_trl(kind: str, tmp_path: Path) -> None:
    found, reward = written(trl, tmp_path, row(kind))
    system, user = found["prompt"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert "Let's analyze the problem step by step." in system["content"]
    assert user["content"].startswith("The pictures are from 12.00 s, 14.50 s.")
    assert ("C. A car comes." in user["content"]) == (kind in ("exact_match", "gqa"))
    assert found["solution"] == KINDS[kind]["solution"], "bare"
    details = found["details"]
    assert (details["problem_type"], details["form"]) == (kind, "answer-think-answer")
    assert (details["pass_rate"], details["policy"]) == (0.25, "policy@1")
    said = found["completion"][-1]["content"]
    assert isinstance(read_reply(said, "answer-think-answer"), Parsed)
    wrong = f"\\boxed{{{WRONG[kind]}}}<think>t</think>\\boxed{{{WRONG[kind]}}}"
    columns = {name: [value] * 2 for name, value in found.items() if name != "prompt"}
    most = 2 if kind == "gqa" else 1
    assert reward["task_reward"]([""] * 2, [said, wrong], **columns) == [most, 0]
    assert reward["format_reward"]([""] * 2, [said, wrong], **columns) == [1, 1]
    weighted = reward["weighted_reward"]()([""] * 2, [said, wrong], **columns)
    assert weighted == pytest.approx([2 * most + 1, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_thoughts_about_a_route_end_with_the_letter_where_it_is_asked_for(kind: str) -> None:
    said = policy_form.reply(replace(row(kind), route=path(["straight", "left"])), "It turns.")
    told = "It turns. That is option C." if kind in ("exact_match", "gqa") else "It turns."
    assert f"<think>{told}</think>" in said


@pytest.mark.parametrize("kind", KINDS)
def test_verl(kind: str, tmp_path: Path) -> None:
    found, reward = written(verl, tmp_path, row(kind))
    assert [turn["role"] for turn in found["prompt"]] == ["system", "user"]
    assert found["prompt"][1]["content"].startswith("<image><image>\n")
    assert "<image>" not in found["prompt"][0]["content"]
    truth, extra = found["reward_model"]["ground_truth"], found["extra_info"]
    assert truth == KINDS[kind]["solution"]
    assert (extra["problem_type"], extra["mean_reward"]) == (kind, 1.25)
    said = f"\\boxed{{{truth}}}<think>t</think>\\boxed{{{truth}}}"
    most = 2 if kind == "gqa" else 1
    score = reward["compute_score"](found["data_source"], said, truth, extra)
    assert score["score"] == pytest.approx(2 * most + 1)
    other = said.replace(truth, WRONG[kind])
    assert reward["compute_score"](found["data_source"], other, truth, extra)["score"] == 1


def test_without_a_policy_rows_are_asked_as_before(tmp_path: Path) -> None:
    found, _ = written(trl, tmp_path, ROW)
    (user,) = found["prompt"]
    assert "<answer>" in user["content"] and "boxed" not in user["content"]
    assert found["solution"] == "<answer>A car comes.</answer>"
    details = found["details"]
    assert (details["problem_type"], details["form"]) == ("exact_match", "think-answer")
    assert (details["segments"], details["pass_rate"], details["policy"]) == ([], None, None)
