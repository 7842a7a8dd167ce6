"""The compact index finds what comparing all pairs would, and what publishing would."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish.duplicates import NearDuplicates
from pipeline.stages.selection_rules.minhash import signature
from pipeline.validation.near import NearTexts

WORDS = ("a", "red", "tram", "dog", "stops", "starts", "then", "who", "sees", "it")
SENTENCE = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
THRESHOLD = 0.8

Text = tuple[str, str, str, int]
"""Question, answer, group and rank."""
TEXTS = st.lists(
    st.tuples(SENTENCE, SENTENCE, st.sampled_from("xy"), st.integers(0, 2)), max_size=14
)


def index_of(texts: list[Text]) -> NearTexts:
    index = NearTexts(THRESHOLD)
    for ordinal, (question, answer, group, rank) in enumerate(texts):
        index.add(ordinal, question, answer, group, rank)
    return index


def alike(left: Text, right: Text) -> bool:
    one, two = (signature(f"{text[0]} {text[1]}") for text in (left, right))
    return bool(one and two) and float(np.mean(np.array(one) == np.array(two))) >= THRESHOLD - 1e-9


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_repeats_are_those_of_all_pairs(texts: list[Text]) -> None:
    found = {pair.text for pair in index_of(texts).repeats()}
    assert found == {
        n
        for n, text in enumerate(texts)
        if any(text[2:] == other[2:] and alike(text, other) for other in texts[:n])
    }


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_texts_across_ranks_are_those_of_all_pairs(texts: list[Text]) -> None:
    pairs = {pair.text: pair.other for pair in index_of(texts).across()}
    assert set(pairs) == {
        n
        for n, text in enumerate(texts)
        if any(text[3] < other[3] and alike(text, other) for other in texts)
    }
    for text, other in pairs.items():
        assert texts[text][3] < texts[other][3] and alike(texts[text], texts[other])


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_contradictions_are_those_of_all_pairs(texts: list[Text]) -> None:
    found = {text for text, _ in index_of(texts).contradictions()}
    expected = set()
    for n, (question, answer, group, _) in enumerate(texts):
        if not signature(f"{question} {answer}"):
            continue
        for q, a, g, _ in texts[:n]:
            if signature(f"{q} {a}") and (q, g) == (question, group):
                if a != answer:
                    expected.add(n)
                break  # with the first that asks it
    assert found == expected


def test_it_agrees_with_what_publishing_finds() -> None:
    rng = random.Random(5)
    words = [f"w{n}" for n in range(40)]
    tested = [" ".join(rng.choices(words, k=20)) for _ in range(60)]
    training = []
    for text in tested:
        spoilt = text.split()
        for _ in range(rng.randrange(4)):
            spoilt[rng.randrange(len(spoilt))] = "other"
        training.append(" ".join(spoilt))
    published = NearDuplicates(THRESHOLD)
    for n, text in enumerate(tested):
        published.add(str(n), signature(text + " yes"))
    expected = {n for n, text in enumerate(training) if published.find(signature(text + " yes"))}
    index = index_of(
        [(text, "yes", "", 0) for text in training] + [(text, "yes", "", 2) for text in tested]
    )
    assert {pair.text for pair in index.across()} == expected
    assert 10 < len(expected) < 50


def test_thousands_of_equal_and_templated_texts_end_soon() -> None:
    """Texts of one template share bands; the same text is compared once."""
    index = NearTexts(THRESHOLD)
    for ordinal in range(3000):
        index.add(ordinal, "what happens in the video after the start of it all", "x", "v", 0)
    for ordinal in range(3000, 5000):
        index.add(ordinal, f"what happens in the video after the start of {ordinal}", "y", "v", 0)
    found = {pair.text: pair.exact for pair in index.repeats()}
    assert all(found[n] for n in range(1, 3000)) and 0 not in found


def test_an_exact_repeat_differs_in_case_and_spaces_only() -> None:
    texts: list[Text] = [
        ("Why does the tram stop there?", "It waits for the dog.", "v", 0),
        ("why does  the tram stop there?", "It waits for the DOG.", "v", 0),
        ("Why does the tram stop there", "It waits for the dog", "v", 0),
    ]
    assert [(p.text, p.other, p.exact) for p in index_of(texts).repeats()] == [
        (1, 0, True),
        (2, 0, False),
    ]


def test_the_same_row_told_by_two_rules_is_one() -> None:
    index = NearTexts(THRESHOLD)
    index.add(4, "Why so?", "Because it is.", "v", 0)
    index.add(4, "Why so?", "Because it is.", "v", 0)
    assert len(index) == 1 and not list(index.repeats())


def test_nothing_is_like_nothing() -> None:
    assert not list(NearTexts(THRESHOLD).across())
    assert not list(NearTexts(THRESHOLD).contradictions())
