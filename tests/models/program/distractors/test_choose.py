from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.coco import LABELS, one
from pipeline.models.program.distractors.choose import distractors, gist
from pipeline.models.program.distractors.mentions import labels_in
from pipeline.models.program.distractors.rules import read_rules
from pipeline.prompts import load
from pipeline.stages.lettering import LETTERS, arrange, letter_of

RULES = read_rules(load("options/program"))


def choose(
    answer: str,
    question: str = "What happens?",
    present: frozenset[str] = frozenset(),
    true: tuple[str, ...] = (),
    ratio: float = 1.5,
    seed: str = "q",
) -> list[str]:
    return distractors(
        RULES,
        question=question,
        answer=answer,
        present=present,
        together=frozenset(),
        true=true,
        max_length_ratio=ratio,
        count=3,
        seed=seed,
    )


def test_the_reversed_order_is_among_the_distractors() -> None:
    found = choose("First a car, then a bus and finally a dog.", "In what order?")
    assert "First a dog, then a bus and finally a car." in found
    assert len(found) == 3


def test_what_holds_elsewhere_in_the_video_is_no_distractor() -> None:
    answer, reverse = "First a car, then a bus.", "First a bus, then a car."
    assert reverse in choose(answer)
    assert reverse not in choose(answer, true=(reverse.upper(),))


def test_listing_the_same_in_another_order_is_no_other_statement() -> None:
    a, b = "A car on the left and a car on the right.", "a car on the right, a car on the left"
    assert gist(RULES, a) == gist(RULES, b)
    assert gist(RULES, a) != gist(RULES, "A car on the left, then a car on the right.")
    assert b.capitalize() not in choose(a)


def test_objects_that_the_video_shows_replace_nothing() -> None:
    shown = frozenset({"car", "bus", "train", "truck", "boat"})
    found = choose("There is a car.", present=shown)
    assert len(found) == 3
    assert not any(labels_in(text) & shown for text in found)


def test_other_names_are_crossed_with_the_opposite_when_the_question_names_all() -> None:
    answer = "The car and the dog come closer together."
    found = choose(answer, "How does the distance between the car and the dog change?")
    assert len(found) == 3
    assert sum("further apart" in text for text in found) == 2


def test_an_answer_that_no_rule_knows_has_none() -> None:
    assert choose("Because it rains.") == []


def test_lengths_match() -> None:
    assert choose("It is a tv.", ratio=1.01) != choose("It is a tv.", ratio=3)
    for text in choose("It is a tv.", ratio=1.2):
        assert max(len(text), 11) <= 1.2 * min(len(text), 11)


def test_letters_are_balanced() -> None:
    counts = Counter(letter_of(f"question-{i}") for i in range(2000))
    assert set(counts) == set(LETTERS)
    # Five standard deviations of a fair draw: sqrt(2000 * 1/4 * 3/4) = 19.4.
    assert all(abs(count - 500) < 97 for count in counts.values())


LABEL = st.sampled_from(sorted(LABELS.values()))
ANSWERS = st.one_of(
    st.lists(LABEL, min_size=2, max_size=4, unique=True).map(
        lambda names: "First " + ", then ".join(map(one, names)) + "."
    ),
    st.tuples(LABEL, LABEL).map(lambda p: f"The {p[0]} is to the left of the {p[1]}."),
    LABEL.map(lambda name: f"At 1.0 seconds the {name} is on the left, then on the right."),
    LABEL.map(lambda name: f"Two {name}s come closer together."),
)


@given(ANSWERS, st.frozensets(LABEL, max_size=20), st.text(min_size=1), st.floats(1.2, 2))
def test_four_different_texts_of_matching_length_with_the_answer_at_its_letter(
    answer: str, present: frozenset[str], seed: str, ratio: float
) -> None:
    wrong = choose(answer, "What happens?", present, ratio=ratio, seed=seed)
    assert wrong == choose(answer, "What happens?", present, ratio=ratio, seed=seed)
    four = [answer, *wrong]
    assert len({gist(RULES, text) for text in four}) == len(four)
    assert max(map(len, four)) <= ratio * min(map(len, four))
    for text in wrong:
        assert not (labels_in(text) - labels_in(answer)) & present
    if len(wrong) == 3:
        shown = arrange(answer, wrong, seed)
        assert sorted(shown) == sorted(four)
        assert shown[LETTERS.index(letter_of(seed))] == answer


def test_the_seed_decides_between_equals() -> None:
    assert len({tuple(choose("There is a car.", seed=seed)) for seed in "abcdef"}) > 1
