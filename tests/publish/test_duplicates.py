"""The index finds what comparing every pair would find."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.duplicates import NearDuplicates

SIGNATURE = st.lists(st.integers(0, 2), min_size=10, max_size=10)


@given(st.lists(SIGNATURE, max_size=12), SIGNATURE, st.integers(0, 10).map(lambda n: n / 10))
def test_finds_the_best_of_all_pairs(
    known: list[list[int]], wanted: list[int], threshold: float
) -> None:
    index = NearDuplicates(threshold)
    for number, signature in enumerate(known):
        index.add(f"{number:02d}", signature)
    shares = [
        (-sum(a == b for a, b in zip(s, wanted, strict=True)) / 10, f"{n:02d}")
        for n, s in enumerate(known)
    ]
    best = min((s for s in shares if -s[0] >= threshold and s[0] < 0), default=None)
    assert index.find(wanted) == (best[1] if best else None)


def test_large_hashes_are_compared_whole() -> None:
    index = NearDuplicates(1.0)
    index.add("a", [2**64 - 1, 2**63])
    assert index.find([2**64 - 1, 2**63]) == "a"
    assert index.find([2**64 - 1, 2**63 + 1]) is None


def test_what_is_added_after_a_search_is_found_by_the_next() -> None:
    index = NearDuplicates(1.0)
    for name, signature in (("a", [1, 2]), ("b", [3, 4]), ("c", [5, 6])):
        assert index.find(signature) is None
        index.add(name, signature)
    assert [index.find([n, n + 1]) for n in (1, 3, 5)] == ["a", "b", "c"]


def test_texts_without_a_signature_are_like_nothing() -> None:
    index = NearDuplicates(0.5)
    index.add("a", [])
    assert index.find([]) is None
    assert index.find([1, 2]) is None
