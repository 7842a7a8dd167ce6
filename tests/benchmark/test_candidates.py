"""Which rows could be questions, and how long their answers are."""

from dataclasses import replace

import pytest

from pipeline.benchmark.candidates import Candidate, candidate
from pipeline.benchmark.lengths import lengths
from tests.benchmark.street import one
from tests.publish.exports.rows import ROW, TEST_ROW


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ROW, "not_test"),
        (replace(TEST_ROW, options=(), letter=None), "no_options"),
        (replace(TEST_ROW, options=("Yes", "No", "Yes ", "Maybe")), "not_four_options"),
        (replace(TEST_ROW, options=("Yes", "No", "Maybe")), "not_four_options"),
        (replace(TEST_ROW, letter=None), "not_four_options"),
    ],
)
def test_what_is_none_says_why(row: object, code: str) -> None:
    assert candidate(row) == code  # type: ignore[arg-type]


def test_gaps() -> None:
    options = ("aaaa", "bb", "cc", "d")
    found = {
        letter: candidate(replace(TEST_ROW, options=options, letter=letter))  # type: ignore[arg-type]
        for letter in "ABC"
    }
    assert [(c.gap, c.by_length) for c in found.values() if isinstance(c, Candidate)] == [
        (2, 1.0),
        (-2, 0.0),
        (-2, 0.0),
    ]
    tied = candidate(replace(TEST_ROW, options=("aa", "bb", "c", "d"), letter="B"))
    assert isinstance(tied, Candidate) and (tied.gap, tied.by_length) == (0, 0.5)


def test_lengths_are_summed_up() -> None:
    told = lengths([one(1, gap=-4), one(2, gap=1), one(3), one(4), one(5, gap=3)])
    assert (told.mean, told.median, told.longer, told.equal, told.shorter) == (0, 0, 2, 2, 1)
    assert told.gaps == {"-4": 1, "0": 2, "1": 1, "3": 1} and told.right_by_length == 0.4
