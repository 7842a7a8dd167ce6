"""Answers are counted once, however many rows rest on them."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.publish import answer_tokens
from pipeline.publish.answer_tokens import AnswerTokens, TokenTotal
from pipeline.records import Provenance
from tests.publish.samples import QUESTIONS


def asked(*requests: str, **changes: Any) -> Provenance:
    return replace(QUESTIONS, writer="endpoint", model="m", requests=requests, **changes)


@pytest.mark.parametrize("pending", [1, 2, 1 << 16])
def test_an_answer_that_wrote_two_rows_is_counted_once(
    monkeypatch: pytest.MonkeyPatch, pending: int
) -> None:
    monkeypatch.setattr(answer_tokens, "_PENDING", pending)
    tokens = AnswerTokens()
    for row in (
        asked("a", tokens_in=10, tokens_out=1),
        asked("b", "c", tokens_in=20, tokens_out=2),
        asked("a", tokens_in=10, tokens_out=1),
        asked("d", tokens_in=None, tokens_out=None),
        asked("e", stage="evidence", tokens_in=2**31, tokens_out=2**31),
        asked("f", stage="evidence", tokens_in=2**31, tokens_out=2**31),
        QUESTIONS,
    ):
        tokens.add(row)
    assert tokens.totals() == [
        TokenTotal("evidence", "m", 2, 0, 2**32, 2**32),
        TokenTotal("questions", "m", 3, 1, 30, 3),
    ]
    assert tokens.totals() == tokens.totals()


def test_the_program_answers_without_tokens() -> None:
    tokens = AnswerTokens()
    tokens.add(QUESTIONS)
    assert tokens.totals() == []
