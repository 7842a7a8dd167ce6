"""The confidence gate."""

import math

import pytest

from pipeline.evaluation.gate import Confidence, confidence, summarise
from pipeline.evaluation.tokens import Token

OPTIONS = ("a man", "a red car")


def spell(*parts: tuple[str, float]) -> list[Token]:
    return [Token(text.encode(), logprob) for text, logprob in parts]


def test_only_the_letter_counts() -> None:
    tokens = spell(("\\boxed", -3), ("{(", -2), ("B", -0.01), (") a red car", -5), ("}", -4))
    found = confidence(tokens, options=OPTIONS)
    assert found == Confidence(math.exp(-0.01), "B", 1)
    assert found.exits() and not found.exits(0.995)


def test_a_token_that_holds_more_than_the_letter() -> None:
    tokens = spell(("\\boxed", -3), ("{b", -0.02), ("}", 0))
    assert confidence(tokens, options=OPTIONS) == Confidence(math.exp(-0.02), "B", 1)


def test_the_article_is_not_the_letter() -> None:
    tokens = spell(("\\boxed{", 0), ("B", -0.1), (". ", -1), ("a red car", -1), ("}", 0))
    assert confidence(tokens, options=OPTIONS).value == pytest.approx(math.exp(-0.1))


def test_an_option_s_text_stands_for_its_letter() -> None:
    tokens = spell(("\\boxed{", 0), ("a ", -0.2), ("red car", -0.4), ("}", 0))
    found = confidence(tokens, options=("a man", "a red car"))
    assert (found.answer, found.tokens) == ("B", 2)
    assert confidence(tokens, options=("a red car", "a man")).tokens == 2
    assert found.value == pytest.approx(math.exp(-0.3))


def test_all_tokens_of_another_answer_count() -> None:
    tokens = spell(("\\boxed{", -9), (" 1", -0.1), ("2.5", -0.3), (" }", -9), ("<think>", -9))
    found = confidence(tokens)
    assert (found.answer, found.tokens) == ("12.5", 2)
    assert found.value == pytest.approx(math.exp(-0.2))


@pytest.mark.parametrize(
    ("text", "fallback"),
    [
        ("\\boxed{Let's analyze the problem step by step.}", True),
        ("\\boxed{Let’s analyze this.}", True),
        ("\\boxed{}", False),
        ("\\boxed{A or B}", False),
        ("\\boxed{A", False),
        ("", False),
        ("<think>\\boxed{A}</think>", False),
    ],
)
def test_nothing_to_be_sure_of(text: str, fallback: bool) -> None:
    found = confidence(spell((text, -0.001)), options=OPTIONS)
    assert found == Confidence(-1, None, fallback=fallback) and not found.exits(0)


def test_the_think_rate() -> None:
    gates = [
        (Confidence(0.99, "A", 1), 10),
        (Confidence(0.5, "B", 1), 200),
        (Confidence(-1, None, fallback=True), 300),
        (Confidence(-1, None), 90),
    ]
    found = summarise(gates)
    assert (found.think_rate, found.fallbacks, found.unanswered, found.tokens) == (0.75, 1, 1, 150)
    assert summarise(gates, 0.4).think_rate == 0.5
    assert summarise([]).think_rate == 0
