"""Numbers of replies, exactly."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.answers.number import exact_number, read_number
from pipeline.evaluation.answers.parsed import Parsed, Reason, Unparsed


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("4", Fraction(4)),
        ("4.0", Fraction(4)),
        ("4.", Fraction(4)),
        ("-3", Fraction(-3)),
        ("−3", Fraction(-3)),
        ("+3", Fraction(3)),
        (".5", Fraction(1, 2)),
        ("0.50", Fraction(1, 2)),
        ("1/2", Fraction(1, 2)),
        (r"\frac{1}{2}", Fraction(1, 2)),
        (r"-\dfrac{1}{2}", Fraction(-1, 2)),
        (r"\frac{-1}{2}", Fraction(-1, 2)),
        ("50%", Fraction(1, 2)),
        (r"50\%", Fraction(1, 2)),
        ("1,234,567.5", Fraction(2469135, 2)),
        ("1.5e3", Fraction(1500)),
        (r"1.5 \times 10^{-3}", Fraction(3, 2000)),
        ("$12", Fraction(12)),
        ("$12$", Fraction(12)),
        (r"\(12\)", Fraction(12)),
        (r"90^\circ", Fraction(90)),
        (r"\boxed{\frac{3}{4}}", Fraction(3, 4)),
        ("<think>2 or 3?</think><answer>3</answer>", Fraction(3)),
        ("The answer is 12.", Fraction(12)),
        ("The answer is 12.5.", Fraction(25, 2)),
        ("Answer: 7", Fraction(7)),
        ("x = 4", Fraction(4)),
        ("<answer>x = 4</answer>", Fraction(4)),
        (r"\boxed{2} is the same as \boxed{2.0}", Fraction(2)),
    ],
)
def test_a_number(reply: str, number: Fraction) -> None:
    assert read_number(reply) == Parsed(number)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("3 or 4", "no_answer"),
        ("1 1/2", "no_answer"),
        ("12 people", "no_answer"),
        ("1,23", "no_answer"),
        ("1/0", "no_answer"),
        ("1" * 5000, "no_answer"),
        ("about four", "no_answer"),
        (r"\sqrt{2}", "no_answer"),
        (r"\boxed{2} or \boxed{3}", "several"),
        ("I cannot tell how many.", "refusal"),
    ],
)
def test_no_number(reply: str, reason: Reason) -> None:
    found = read_number(reply)
    assert isinstance(found, Unparsed) and found.reason == reason, found


@given(st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, places=4))
def test_decimals_are_exact(value: object) -> None:
    assert exact_number(str(value)) == Fraction(str(value))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert isinstance(read_number(text), Parsed | Unparsed)
