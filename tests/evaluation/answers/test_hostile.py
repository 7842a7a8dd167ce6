"""Replies of models that lost their way: long, never closed. No reward may hang on one."""

import pytest

from pipeline.evaluation.answers.box import read_box
from pipeline.evaluation.answers.grammars import FORMS, first_and_last, read_reply
from pipeline.evaluation.answers.letter import read_choice
from pipeline.evaluation.answers.number import read_number
from pipeline.evaluation.answers.parsed import Parsed, Unparsed
from pipeline.evaluation.answers.times import read_times

PIECES = [
    *("the answer is ", "A, ", "x: ", "1", "1,", "1 - ", "1:", "[", "( 1, 2", "option ", "*_"),
    *("<think>", "</think>", "<answer>", "\\boxed{", "\\text{", " ", "\n"),
]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_that_never_ends(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    for read in (read_choice, read_number, read_times, read_box):
        assert isinstance(read(text), Parsed | Unparsed)
    for form in FORMS:
        assert isinstance(read_reply(text, form), Unparsed)
    first_and_last(text)
