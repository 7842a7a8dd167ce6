"""Difficulty of questions, and the draw by it."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.difficulty import (
    Difficulty,
    Verdict,
    difficulty,
    gaussian_sample,
    gaussian_weight,
)


@pytest.mark.parametrize(
    ("rights", "verdict", "rate"),
    [
        ([True] * 8, "all_right", 1),
        ([False] * 8, "all_wrong", 0),
        ([True] * 2 + [False] * 6, "kept", 0.25),
        ([], "none", 0),
    ],
)
def test_the_filter(rights: list[bool], verdict: Verdict, rate: float) -> None:
    found = difficulty([float(r) for r in rights], rights)
    assert (found.verdict, found.pass_rate) == (verdict, rate)


def test_scores_that_are_not_verdicts() -> None:
    assert difficulty([0.2, 1.8], [False, True], maximum=2) == Difficulty(2, 1, 0.5)
    with pytest.raises(ValueError, match="1 scores and 2 verdicts"):
        difficulty([1], [True, False])


def test_the_weight_of_time_r1() -> None:
    assert gaussian_weight(0.3) == 1 and gaussian_weight(0) == 0
    assert gaussian_weight(0.5) == pytest.approx(0.6065, abs=1e-4)
    assert gaussian_weight(0.1) == pytest.approx(gaussian_weight(0.5))


def test_the_draw_follows_the_weights() -> None:
    questions = [(f"q{n}", p) for n, p in enumerate([0.0, 0.1, 0.3, 0.5, 0.7, 0.9] * 500)]
    ps = dict(questions)
    drawn = Counter(ps[id] for id in gaussian_sample(questions, 300))
    assert drawn[0.0] == 0
    assert drawn[0.3] > drawn[0.1] > drawn[0.7] >= drawn[0.9]
    assert drawn[0.3] / drawn[0.5] == pytest.approx(1 / 0.6065, rel=0.3)


def test_a_seed_gives_another_draw() -> None:
    questions = [(f"q{n}", 0.3) for n in range(100)]
    one, two = gaussian_sample(questions, 10), gaussian_sample(questions, 10, seed="2")
    assert one != two and len(set(one)) == 10


@given(st.dictionaries(st.text(max_size=5), st.floats(0, 1), max_size=20), st.integers(0, 20))
def test_the_draw_is_of_the_ids_alone(questions: dict[str, float], size: int) -> None:
    pairs = list(questions.items())
    drawn = gaussian_sample(pairs, size)
    assert drawn == gaussian_sample(reversed(pairs), size)
    assert drawn == gaussian_sample(pairs, 20)[:size]
    assert all(questions[id] > 0 for id in drawn)
