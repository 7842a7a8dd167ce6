"""When a share is no accident."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.validation.limits import Limits
from pipeline.validation.rules.balance import tail, uneven


@given(st.integers(1, 60), st.data(), st.sampled_from((0.2, 0.25, 0.5)))
def test_the_tail_of_a_binomial(of: int, data: st.DataObject, chance: float) -> None:
    count = data.draw(st.integers(math.ceil(of * chance), of))
    exact = sum(
        math.comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(count, of + 1)
    )
    assert tail(count, of, chance) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "of", "expected"),
    [
        (4, 4, False),  # four of four happens once in 256
        (6, 6, True),
        (30, 100, False),
        (218, 630, True),  # 34.6 %, as one published training set has it
        (26_000, 100_000, False),  # no accident, and too little to be used
        (0, 10, False),
    ],
)
def test_shares_of_one_letter_in_four(count: int, of: int, expected: bool) -> None:
    assert uneven(count, of, 0.25, Limits().letter_points, Limits()) == expected
