"""Frequent words, exact as long as there is room, and bounded in error beyond."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.terms import TermCounter, words

TERMS = st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=6), max_size=40)


@given(TERMS, st.integers(1, 6))
def test_counts_are_too_low_by_no_more_than_it_says(texts: list[list[str]], capacity: int) -> None:
    counter, exact = TermCounter(capacity), Counter[str]()
    for text in texts:
        counter.add(text)
        exact.update(text)
    assert all(n - counter.missed <= counter[term] <= n for term, n in exact.items())
    assert counter.missed * capacity <= exact.total()
    if len(exact) <= 2 * capacity:
        assert counter.missed == 0
        assert dict(counter.top(10)) == exact


def test_memory_is_bounded_and_the_frequent_survive() -> None:
    counter = TermCounter(50)
    for number in range(5000):
        counter.add(["often", f"rare{number}"])
    assert len(counter._counts) <= 101
    assert counter.top(1)[0][0] == "often"
    assert 5000 - counter.missed <= counter["often"] <= 5000


def test_equally_frequent_words_stand_in_the_order_of_their_letters() -> None:
    counter = TermCounter()
    counter.add(["b", "a", "c", "c"])
    assert counter.top(3) == [("c", 2), ("a", 1), ("b", 1)]


def test_words_are_letters_in_lower_case() -> None:
    text = "The Zürich-bound bus, bus_2 isn't at 3.4 seconds; it’s a Straße!"
    assert words(text, "en") == ["zürich-bound", "bus", "bus", "seconds", "strasse"]
    assert "the" in words(text, "de")
