"""Two runs on the same questions."""

import pytest

from pipeline.evaluation.averages import Score
from pipeline.evaluation.comparison import compare, mcnemar
from pipeline.evaluation.intervals import Difference


def run(scores: dict[str, float]) -> list[Score]:
    return [Score(id, "t", f"v{id}", score) for id, score in scores.items()]


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1), (5, 5, 1), (1, 0, 1), (6, 0, 2 / 64), (8, 2, 2 * 56 / 1024), (2, 8, 2 * 56 / 1024)],
)
def test_mcnemar(better: int, worse: int, p: float) -> None:
    assert mcnemar(better, worse) == pytest.approx(p)


def test_many_questions_do_not_overflow() -> None:
    assert 0 <= mcnemar(3000, 2000) < 1e-40


def test_runs_are_compared_question_by_question() -> None:
    first = run({"a": 0, "b": 1, "c": 0, "d": 0, "x": 1})
    second = [*run({"c": 1, "a": 1, "b": 0, "y": 1}), Score("d", "t", "vd", 0, unparsed=True)]
    found = compare(first, second)
    assert (found.questions, found.only_first, found.only_second) == (4, 1, 1)
    assert (found.better, found.worse, found.unparsed) == (2, 1, (0, 1))
    assert found.difference and found.difference.value == 0.25
    assert found.difference.low is not None and found.difference.high is not None
    assert found.difference.low <= 0 <= found.difference.high
    assert found.p_value == 1


def test_a_run_against_itself() -> None:
    found = compare(run({"a": 1, "b": 0}), run({"a": 1, "b": 0}))
    assert found.difference == Difference(0, None, None)


def test_what_is_the_same_in_every_draw_has_no_interval() -> None:
    one_video = [Score(id, "t", "v", 0) for id in "abcd"]
    better = [Score(id, "t", "v", score) for id, score in zip("abcd", (0, 1, 1, 1), strict=True)]
    assert compare(one_video, better).difference == Difference(0.75, None, None)
    # Alike in every video, though the sum of thirds rounds otherwise in each draw.
    alike = compare(run(dict.fromkeys("abcdefg", 0.1)), run(dict.fromkeys("abcdefg", 0.4)))
    assert alike.difference and alike.difference.low is None and alike.difference.high is None


def test_scores_that_are_no_verdicts_have_no_mcnemar() -> None:
    found = compare(run({"a": 0.2, "b": 0.5}), run({"a": 0.4, "b": 0.9}))
    assert found.p_value is None and found.difference and (found.difference.low or 0) > 0


def test_nothing_in_common() -> None:
    found = compare(run({"a": 1}), run({"b": 1}))
    assert (found.questions, found.difference, found.p_value) == (0, None, None)


def test_a_question_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="question a twice"):
        compare([*run({"a": 1}), *run({"a": 0})], run({"a": 1}))
