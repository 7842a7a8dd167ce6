"""Tokens and the text that they spell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.tokens import Token, joined, read_tokens, touching


def test_openai_s_form() -> None:
    content = [
        {"token": "\\boxed", "logprob": -0.1, "bytes": list(b"\\boxed"), "top_logprobs": []},
        {"token": "{", "logprob": 0.0, "bytes": None},
        {"token": "é", "logprob": -9999.0},
    ]
    tokens = read_tokens(content)
    assert joined(tokens) == "\\boxed{é"
    assert [t.logprob for t in tokens] == [-0.1, 0, -9999]


@pytest.mark.parametrize("entry", [{}, {"token": "a"}, {"token": "a", "logprob": float("nan")}])
def test_an_entry_that_is_none(entry: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="token 0 of the reply has no"):
        read_tokens([entry])


def test_a_character_over_two_tokens() -> None:
    """Byte-level tokenizers cut `語` where `token` only says a replacement character."""
    word = "語".encode()
    content = [
        {"token": "a", "logprob": -1.0, "bytes": [97]},
        {"token": "�", "logprob": -2.0, "bytes": list(word[:1])},
        {"token": "�", "logprob": -3.0, "bytes": list(word[1:])},
        {"token": "b", "logprob": -4.0, "bytes": [98]},
    ]
    tokens = read_tokens(content)
    assert joined(tokens) == "a語b"
    assert [t.logprob for t in touching(tokens, 1, 2)] == [-2, -3]
    assert [t.logprob for t in touching(tokens, 2, 3)] == [-4]


def test_a_cut_off_character_keeps_its_place() -> None:
    tokens = (Token("語".encode()[:2], -1), Token(b"b", -2))
    assert [t.logprob for t in touching(tokens, 2, 3)] == [-2]


def test_an_empty_part_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no token spells"):
        touching((Token(b"a", 0),), 1, 1)


@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=8), st.data())
def test_tokens_that_touch_cover_the_part(texts: list[str], data: st.DataObject) -> None:
    tokens = tuple(Token(t.encode(), -float(n)) for n, t in enumerate(texts))
    text = joined(tokens)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert text[start:end] in joined(touching(tokens, start, end))
