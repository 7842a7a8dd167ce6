"""A policy that draws lots."""

import re
from collections import Counter
from typing import Any

import pytest

from pipeline import prompts
from pipeline.evaluation.answers.grammars import read_reply
from pipeline.evaluation.answers.parsed import Parsed
from pipeline.evaluation.graders.grade import grade
from pipeline.evaluation.graders.truth import truth
from pipeline.llm.plain import PlainText
from pipeline.models.program.writer import ProgramWriter
from pipeline.models.writer import Reply, Request

FRAMES = [{"pts_seconds": t} for t in (4.0, 6.5, 10.0)]
OPTIONS = ["one", "two", "three", "four"]


def said(kind: str, replicate: int = 0, seed: str = "q 0", **given: Any) -> str:
    inputs = {"problem_type": kind, "options": OPTIONS, "frames": FRAMES, "seed": seed}
    request = Request(
        stage="rollouts",
        unit="q",
        prompt=prompts.load("rollouts/program"),
        inputs={**inputs, **given},
        schema=PlainText,
        replicate=replicate,
    )
    (reply,) = ProgramWriter().answer([request])
    assert isinstance(reply, Reply) and isinstance(reply.data, PlainText)
    assert reply.provenance.prompt.startswith("rollouts/program@")
    return reply.data.text


def last(text: str) -> str:
    found = read_reply(text, "answer-think-answer")
    assert isinstance(found, Parsed), text
    assert found.value.first == found.value.answer
    return found.value.answer


def test_letters_are_drawn_evenly_and_again_the_same() -> None:
    drawn = [last(said("exact_match", i % 8, f"q{i // 8}")) for i in range(800)]
    assert all(150 <= n <= 250 for n in Counter(drawn).values())
    assert drawn == [last(said("exact_match", i % 8, f"q{i // 8}")) for i in range(800)]


@pytest.mark.parametrize("replicate", range(20))
def test_times_lie_in_what_is_shown(replicate: int) -> None:
    match = re.fullmatch(r"\[(\d+\.\d), (\d+\.\d)\]", last(said("iou", replicate, options=[])))
    assert match is not None
    assert 4.0 <= float(match[1]) < float(match[2]) <= 10.1
    grounded = last(said("gqa", replicate))
    right = truth("gqa", "A", options=OPTIONS, segments=[(4.0, 10.0)])
    assert grade(grounded, right).unparsed is None
    assert last(said("math", replicate, options=[])).isdigit()
