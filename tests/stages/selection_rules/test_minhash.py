import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.selection_rules.duplicates import near_duplicates
from pipeline.stages.selection_rules.minhash import PERMUTATIONS, shingles, signature


def estimate(a: str, b: str) -> float:
    same = sum(x == y for x, y in zip(signature(a), signature(b), strict=True))
    return same / PERMUTATIONS


def test_shingles_ignore_case_and_marks() -> None:
    assert shingles("The car, then: a BUS!") == {"the car then", "car then a", "then a bus"}
    assert shingles("A car.") == {"a car"}
    assert shingles("?!") == frozenset()
    assert signature("?!") == ()


def test_a_signature_never_changes() -> None:
    # Published datasets are compared by these numbers, on any machine and in any version.
    assert signature("a car then a bus")[:3] == (541219409, 1214163404, 873423498)
    assert len(signature("a")) == PERMUTATIONS


WORDS = st.lists(st.sampled_from([f"w{i}" for i in range(60)]), min_size=3, max_size=60)


@given(WORDS, WORDS, WORDS)
def test_the_estimate_is_near_the_true_similarity(
    shared: list[str], left: list[str], right: list[str]
) -> None:
    a, b = " ".join(shared + left), " ".join(shared + right)
    true = len(shingles(a) & shingles(b)) / len(shingles(a) | shingles(b))
    # Five standard errors of 64 draws at the worst; no test of luck.
    assert estimate(a, b) == pytest.approx(true, abs=5 * 0.0625)


def test_the_estimate_has_no_bias() -> None:
    errors = []
    for i in range(60):
        words = [f"{i}-{j}" for j in range(40)]
        a, b = " ".join(words), " ".join(words[: 20 + i % 20])
        true = len(shingles(a) & shingles(b)) / len(shingles(a) | shingles(b))
        errors.append(estimate(a, b) - true)
    assert sum(errors) / len(errors) == pytest.approx(0, abs=0.03)


def dedupe(texts: dict[str, str], *pinned: str) -> dict[str, str]:
    signatures = {name: signature(text) for name, text in texts.items()}
    found = near_duplicates(list(texts), signatures, frozenset(pinned), 0.8)
    assert {f.reason for f in found.values()} <= {"near_duplicate"}
    return {name: f.message for name, f in found.items()}


LONG = "at first the car is to the left of the bus and later it is to the right of the bus there"


def test_of_two_that_say_the_same_the_first_stays() -> None:
    other = "how many people are waiting at the corner of the street when the tram arrives"
    found = dedupe({"a": LONG, "b": other, "c": LONG.upper() + "!", "d": LONG + " again"})
    assert set(found) == {"c", "d"}
    assert "question a" in found["c"]


def test_a_near_miss_stays() -> None:
    assert not dedupe({"a": LONG, "b": LONG.replace("left", "back").replace("later", "then")})


def test_what_a_human_keeps_stays_and_takes_the_place_of_its_twin() -> None:
    assert set(dedupe({"a": LONG, "b": LONG}, "b")) == {"a"}
    assert not dedupe({"a": LONG, "b": LONG}, "a", "b")
