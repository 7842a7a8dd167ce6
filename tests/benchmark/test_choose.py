"""Choosing: spread over videos, balanced in length, and the same whatever the order of rows."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipeline.benchmark.candidates import Candidate
from pipeline.benchmark.choose import choose
from pipeline.tasks import Task
from tests.benchmark.street import one

TASKS = (Task.CAUSAL_INFERENCE, Task.EVENT_PROCESS)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(-20, 20), st.sampled_from(TASKS)), max_size=40
        )
    )
    return [one(n, video=f"v{v}", gap=gap, task=task) for n, (v, gap, task) in enumerate(rows)]


@given(candidates(), st.integers(1, 12), st.randoms(use_true_random=False))
def test_no_video_gives_more_than_the_cap_makes_necessary(
    rows: list[Candidate], cap: int, draw: random.Random
) -> None:
    chosen = choose(rows, cap)
    for task in TASKS:
        given_, taken = ([c for c in part if c.task == task] for part in (rows, chosen))
        assert len(taken) == min(cap, len(given_))
        of_video, all_of = (Counter(c.video for c in part) for part in (taken, given_))
        most = max(of_video.values(), default=0)
        assert all(n >= most - 1 or n == all_of[v] for v, n in of_video.items())
        assert all(v in of_video for v in all_of) or most <= 1
    shuffled = list(rows)
    draw.shuffle(shuffled)
    assert choose(shuffled, cap) == chosen


def test_lengths_are_centred_on_0_and_keep_their_width() -> None:
    draw = random.Random(1)
    rows = [one(n, video=f"v{n}", gap=round(draw.gauss(8, 20))) for n in range(600)]
    before = sum(c.gap for c in rows) / len(rows)
    chosen = choose(rows, 100)
    assert before > 6 and abs(sum(c.gap for c in chosen) / 100) < 0.5
    assert min(c.gap for c in chosen) < -20 and max(c.gap for c in chosen) > 20


def test_where_all_answers_are_longer_the_least_are_taken() -> None:
    rows = [one(n, video=f"v{n}", gap=5 + n) for n in range(40)]
    chosen = choose(rows, 10)
    first = min(rows, key=lambda c: c.place)
    assert {c.gap for c in chosen} == {first.gap, *range(5, 15)} - {14}
