"""Intervals against numbers from elsewhere, and against what they promise."""

import numpy as np
import pytest

from pipeline.evaluation.intervals import Estimate, averages, wilson


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        (5, 10, 0.2366, 0.7634),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson(right: int, of: int, low: float, high: float) -> None:
    """Newcombe (1998), table I, for 81 of 263; the others from its formula."""
    found = wilson(right, of)
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


@pytest.mark.parametrize(("right", "of"), [(1, 0), (0, 0), (3, 2), (-1, 2)])
def test_no_share(right: int, of: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(right, of)


def test_micro_and_macro() -> None:
    found = averages([1, 1, 1, 0], list("abcd"), [0, 0, 0, 1])
    assert found.micro and found.macro
    assert (found.micro.value, found.macro.value) == (0.75, 0.5)
    assert [group and group.value for group in found.groups] == [1, 0]


def test_the_same_seed_gives_the_same_interval() -> None:
    given = ([0.1, 0.9, 1, 0.3, 0.7], list("abcde"), [0] * 5)
    assert averages(*given, resamples=50) == averages(*given, resamples=50)
    assert averages(*given, resamples=50) != averages(*given, resamples=50, seed=1)


def test_independent_questions_get_the_textbook_interval() -> None:
    random = np.random.default_rng(7)
    values = [float(v) for v in random.random(400) < 0.6]
    found = averages(values, [str(n) for n in range(400)], [0] * 400).micro
    expected = wilson(sum(values), 400)
    assert found and found.low == pytest.approx(expected.low, abs=0.01)
    assert found.high == pytest.approx(expected.high, abs=0.01)


def test_questions_of_one_video_are_not_independent() -> None:
    values = [1.0] * 50 + [0.0] * 50
    alone = averages(values, [str(n) for n in range(100)], [0] * 100).micro
    together = averages(values, [str(n // 10) for n in range(100)], [0] * 100).micro
    assert alone and together and together.high - together.low > 2.5 * (alone.high - alone.low)


def test_all_right_is_not_certain() -> None:
    found = averages([1.0] * 30, [str(n // 3) for n in range(30)], [0] * 30).micro
    assert found == Estimate(1, wilson(10, 10).low, 1)
    doubled = averages([2.0] * 30, [str(n // 3) for n in range(30)], [0] * 30, maximum=2).micro
    assert doubled and doubled.low == pytest.approx(2 * wilson(10, 10).low)


def test_wilson_s_interval_on_request() -> None:
    found = averages([1, 0, 1, 1], list("aabb"), [0, 0, 1, 1], method="wilson")
    assert found.micro == wilson(3, 4) and found.groups == (wilson(1, 2), wilson(2, 2))
    doubled = averages([2, 0], ["a", "b"], [0, 0], maximum=2, method="wilson").micro
    assert doubled and doubled.low == 2 * wilson(1, 2).low
    with pytest.raises(ValueError, match="nothing between"):
        averages([0.5], ["a"], [0], method="wilson")


def test_nothing_has_no_average() -> None:
    assert averages([], [], []).micro is None


def test_a_group_without_questions_is_none() -> None:
    found = averages([1, 0], ["a", "b"], [0, 2])
    assert found.groups[1] is None and found.macro and found.macro.value == 0.5
