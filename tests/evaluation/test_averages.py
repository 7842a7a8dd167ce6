"""A run in a few numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.averages import Score, summarise

SCORES = [
    Score("1", "causal", "v1", 1),
    Score("2", "causal", "v1", 0),
    Score("3", "causal", "v2", 0, unparsed=True),
    Score("4", "event", "v3", 1),
]


def test_micro_macro_and_both_bounds() -> None:
    found = summarise(SCORES)
    assert (found.questions, found.videos, found.unparsed) == (4, 3, 1)
    micro, macro = found.micro, found.macro
    assert micro.parsed and micro.lower and micro.upper
    assert micro.parsed.value == pytest.approx(2 / 3)
    assert (micro.lower.value, micro.upper.value) == (0.5, 0.75)
    assert macro.parsed and macro.lower and macro.upper
    assert macro.parsed.value == pytest.approx((0.5 + 1) / 2)
    assert macro.lower.value == pytest.approx((1 / 3 + 1) / 2)
    causal, event = found.tasks
    assert (causal.task, causal.questions, causal.unparsed) == ("causal", 3, 1)
    assert event.average.lower and event.average.lower.value == 1


def test_a_task_that_nobody_could_read() -> None:
    found = summarise([*SCORES, Score("5", "theme", "v4", 0, unparsed=True)])
    theme = found.tasks[-1]
    assert theme.average.parsed is None and theme.average.upper
    assert (theme.average.upper.value, found.macro.parsed and found.macro.parsed.value) == (1, 0.75)


def test_an_empty_run() -> None:
    found = summarise([])
    assert (found.questions, found.micro.parsed, found.tasks) == (0, None, ())


def test_one_video_has_no_interval_without_width() -> None:
    scores = [Score(str(n), "ab"[n % 2], "v", float(n < 3)) for n in range(4)]
    found = summarise(scores)
    for each in (found.micro.parsed, found.macro.parsed, found.tasks[0].average.parsed):
        assert each and each.high - each.low > 0.7


def test_scores_up_to_two() -> None:
    found = summarise([Score("1", "t", "v", 1.5), Score("2", "t", "w", 0, True)], maximum=2)
    assert found.micro.upper and found.micro.upper.value == 1.75


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("vwx"), st.booleans(), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
def test_the_bounds_enclose(rows: list[tuple[str, str, bool, bool]]) -> None:
    scores = [
        Score(str(n), task, video, 0.0 if unread else float(right), unread)
        for n, (task, video, right, unread) in enumerate(rows)
    ]
    found = summarise(scores, resamples=50)
    for each in (found.micro, found.macro):
        assert each.lower and each.upper and each.lower.value <= each.upper.value
    if found.micro.parsed and found.micro.lower and found.micro.upper:
        assert found.micro.lower.value - 1e-9 <= found.micro.parsed.value
        assert found.micro.parsed.value <= found.micro.upper.value + 1e-9
