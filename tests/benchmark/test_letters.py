"""Letters: even in each task and over all, and no answer moves without need."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.benchmark.letters import balanced, relettered
from pipeline.tasks import Task
from tests.benchmark.street import one
from tests.publish.exports.rows import TEST_ROW

TASKS = (Task.CAUSAL_INFERENCE, Task.EVENT_PROCESS, Task.ROLE_IDENTIFICATION)


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(TASKS)), max_size=50))
def test_each_letter_is_as_frequent_as_the_others(rows: list[tuple[str, Task]]) -> None:
    chosen = [one(n, letter=letter, task=task) for n, (letter, task) in enumerate(rows)]
    letters = balanced(chosen)
    assert set(letters) == {c.id for c in chosen}
    for part in ([c for c in chosen if c.task == task] for task in TASKS):
        counts = Counter(letters[c.id] for c in part)
        assert max(counts.values(), default=0) - min(counts[x] for x in "ABCD") <= 1
    counts = Counter(letters.values())
    assert max(counts.values(), default=0) - min(counts[x] for x in "ABCD") <= 1


def test_no_answer_moves_without_need() -> None:
    chosen = [one(n, letter=letter) for n, letter in enumerate("AAAABCD")]
    letters = balanced(chosen)
    moved = [c.id for c in chosen if letters[c.id] != c.letter]
    assert len(moved) == 2 and all(c.letter == "A" for c in chosen if c.id in moved)
    even = [one(n, letter=letter) for n, letter in enumerate("DBDCAB")]
    assert all(balanced(even)[c.id] == c.letter for c in even)


@pytest.mark.parametrize("letter", "ABCD")
def test_the_answer_goes_along(letter: str) -> None:
    row = relettered(TEST_ROW, letter)
    assert row.letter == letter and sorted(row.options) == sorted(TEST_ROW.options)
    assert row.options["ABCD".index(letter)] == TEST_ROW.answer
