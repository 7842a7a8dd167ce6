"""Splits depend on the group and the fraction alone."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.split import split_of

GROUPS = st.text(max_size=40)
FRACTIONS = st.floats(0, 1)
PINNED = ["test", "test", "test", "train", "test", "test", "test", "test"]


@given(GROUPS, FRACTIONS, FRACTIONS)
def test_a_larger_fraction_only_moves_groups_into_test(group: str, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert split_of(group, low) == "train" or split_of(group, high) == "test"


@given(GROUPS)
def test_the_ends_of_the_range_hold_for_every_group(group: str) -> None:
    assert split_of(group, 0.0) == "train"
    assert split_of(group, 1.0) == "test"


def test_the_share_is_about_the_fraction() -> None:
    test = sum(split_of(f"group{i}", 0.1) == "test" for i in range(10_000))
    assert 900 < test < 1100


def test_known_groups_never_move() -> None:
    """Pinned: another hash would move the videos of every published dataset."""
    assert [split_of(f"group{i}", 0.5) for i in range(8)] == PINNED
