"""Counted numbers tell what the list of them would have told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.distribution import Distribution, merged

NUMBERS = st.lists(st.integers(-50, 50), min_size=1, max_size=40)


def of(numbers: list[int]) -> Distribution:
    found = Distribution()
    for number in numbers:
        found.add(number)
    return found


@given(NUMBERS, st.sampled_from([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]))
def test_every_number_is_that_of_the_list(numbers: list[int], share: float) -> None:
    found = of(numbers)
    assert found.count == len(numbers)
    assert found.mean == pytest.approx(np.mean(numbers))
    assert (found.least, found.most) == (min(numbers), max(numbers))
    assert found.quantile(share) == np.quantile(numbers, share, method="inverted_cdf")


@given(NUMBERS, st.lists(st.integers(-50, 50), min_size=2, max_size=8, unique=True).map(sorted))
def test_bins_are_those_of_numpy(numbers: list[int], edges: list[int]) -> None:
    inside = [n for n in numbers if edges[0] <= n <= edges[-1]]
    expected = np.histogram(inside, edges)[0].tolist()
    assert of(inside).binned(edges) == expected


def test_seconds_are_counted_in_tenths() -> None:
    found = Distribution(0.1)
    for seconds in (0.04, 0.96, 1.0, 1.04, 2.0):
        found.add(seconds)
    assert sorted(found.counts) == [0, 10, 20]
    assert found.quantile(0.5) == 1.0
    assert found.mean == pytest.approx(1.0)


@given(NUMBERS, NUMBERS)
def test_merged_is_the_whole(first: list[int], second: list[int]) -> None:
    assert merged([of(first), of(second)]).counts == of(first + second).counts


def test_nothing_is_false_and_has_no_quantile() -> None:
    assert not Distribution()
    with pytest.raises(ValueError, match="nothing"):
        Distribution().quantile(0.5)
