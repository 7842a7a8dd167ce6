"""Grids, counts and what lies next to a line."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.calibration.curve import at_least, closest, grid

NUMBERS = st.lists(st.floats(0, 1).map(lambda v: round(v, 3)), max_size=30)


@given(NUMBERS, st.floats(0, 1))
def test_every_point_counts_what_is_at_or_above_it(numbers: list[float], current: float) -> None:
    values = grid(0.0, 1.0, 10, current)
    assert values == sorted(set(values))
    assert round(current, 4) in values
    for point in at_least(numbers, values):
        assert point.kept == sum(number >= point.value for number in numbers)
        assert point.kept + point.dropped == len(numbers)


@given(NUMBERS, st.floats(0, 1), st.integers(1, 4))
def test_examples_are_the_nearest_of_each_side(
    numbers: list[float], line: float, most: int
) -> None:
    kept, dropped = closest(numbers, line, lambda number: number >= line, most)
    for side, other in ((kept, dropped), (dropped, kept)):
        assert len(side) <= most
        assert not set(side) & set(other)
    above = sorted(number - line for number in numbers if number >= line)
    assert sorted(numbers[i] - line for i in kept) == above[:most]
