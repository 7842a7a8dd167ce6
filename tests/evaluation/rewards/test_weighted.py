"""The reward of a reply, part by part, in both readings of the fallback bonus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.answers.grammars import FALLBACK, FORMS, Form
from pipeline.evaluation.graders.truth import truth
from pipeline.evaluation.rewards.weighted import Reading, Reward, Weights, reward

CHOICE = truth("exact_match", "B", options=("red", "green"))
SPAN = truth("iou", "", segments=[[0, 10]])
GROUNDED = truth("gqa", "B <> [0, 10]")


def twice(first: str, second: str) -> str:
    return rf"\boxed{{{first}}}<think>t</think>\boxed{{{second}}}"


@pytest.mark.parametrize(
    ("reply", "total"),
    [
        (twice("B", "B"), 3.0),
        (twice("A", "B"), 2.1),
        (twice("B", "A"), 1.9),
        (twice("A", "A"), 1.0),
        (twice("B", "B") + " trailing", 2.0),
        (r"\boxed{B}", 0.9),
        (r"<think>t</think>\boxed{B}", 1.1),
        ("B", 0.0),
        ("", 0.0),
    ],
)
def test_answer_think_answer(reply: str, total: float) -> None:
    assert reward(reply, CHOICE, "answer-think-answer").total == pytest.approx(total)


@pytest.mark.parametrize(
    ("first", "second", "reading", "bonus"),
    [
        (FALLBACK + ".", "B", "paper", 0.3),
        (FALLBACK, "B", "paper", 0.3),
        (FALLBACK + ".", "A", "paper", 0),
        ("Let's analyze the colours.", "B", "paper", 0),
        ("Let's analyze the colours.", "B", "released", 0.3),
        (FALLBACK + ".", "B", "released", 0.3),
        (FALLBACK + ".", "A", "released", 0),
        ("A", "B", "paper", 0),
        ("A", "B", "released", 0),
    ],
)
def test_the_fallback_bonus(first: str, second: str, reading: Reading, bonus: float) -> None:
    found = reward(twice(first, second), CHOICE, "answer-think-answer", reading=reading)
    assert found.fallback == bonus and found.first == 0
    assert found.total == pytest.approx(1.1 * found.task + 1 + bonus)


def test_the_released_bonus_is_that_of_its_arithmetic() -> None:
    found = reward(twice(FALLBACK, "B"), CHOICE, "answer-think-answer", reading="released")
    assert found.total == pytest.approx(1.1 * (1 + 0.3 / 1.1) + 1)


def test_the_readings_differ_on_times() -> None:
    """Above an IoU of 0.7 the released code pays; the paper's reading has a bar of its own."""
    reply = twice(FALLBACK, "[0, 6]")
    assert reward(reply, SPAN, "answer-think-answer").fallback == 0.3
    assert reward(reply, SPAN, "answer-think-answer", reading="released").fallback == 0
    strict = Weights(right_iou=0.9)
    assert reward(reply, SPAN, "answer-think-answer", weights=strict).fallback == 0


def test_a_wrong_letter_earns_no_bonus_however_good_its_time() -> None:
    reply = twice(FALLBACK, "A <> [0, 10]")
    assert reward(reply, GROUNDED, "answer-think-answer").fallback == 0
    released = reward(reply, GROUNDED, "answer-think-answer", reading="released")
    assert released.fallback == 0.3, "the released code sees a reward of 1, above its bar"


@pytest.mark.parametrize(
    ("form", "reply", "wanted"),
    [
        ("think-answer", "<think>t</think> <answer>B</answer>", Reward(2, 1, 1)),
        ("think-answer", "<answer>B</answer>", Reward(1, 1, 0)),
        ("think-answer", "<think>t</think> <answer>A</answer>", Reward(1, 0, 1)),
        ("think-answer", "<think>t", Reward(0, 0, 0, unparsed=True)),
        ("thinking-answer", "<thinking>t</thinking><answer>B</answer>", Reward(2, 1, 1)),
    ],
)
def test_other_forms(form: Form, reply: str, wanted: Reward) -> None:
    assert reward(reply, CHOICE, form) == wanted


@given(st.text(max_size=60), st.sampled_from(FORMS), st.sampled_from([CHOICE, SPAN, GROUNDED]))
def test_any_reply_has_a_reward(reply: str, form: Form, right: object) -> None:
    assert isinstance(right, type(CHOICE))
    found = reward(reply, right, form)
    assert 0 <= found.total <= 0.9 * 2 + 1.1 * 2 + 1 + 0.3
