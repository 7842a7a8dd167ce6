import pytest

from pipeline.models.program.distractors.edits import opposed, recounted, reordered, replaced
from pipeline.models.program.distractors.rules import read_rules
from pipeline.prompts import load

RULES = read_rules(load("options/program"))
NONE: frozenset[frozenset[str]] = frozenset()


def orders(answer: str, question: str = "What is there?", *together: str) -> list[str]:
    pairs = frozenset([frozenset(together)]) if together else NONE
    return list(reordered(RULES, question, answer, pairs))


def test_the_reversed_order_comes_first_and_all_others_follow() -> None:
    found = orders("First a car, then a bus and finally a dog.")
    assert found[0] == "First a dog, then a bus and finally a car."
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize(
    ("answer", "question", "count"),
    [
        ("A car and a bus.", "What is there?", 0),
        ("A car and a bus.", "In what order do they come?", 1),
        ("At 1.0 seconds a car; at 2.0 seconds a bus.", "What is there?", 1),
        ("A car and a dog, then a bus.", "In what order?", 4),
        ("First a car, then another car.", "In what order?", 0),
        ("First a car left of a bus, then right of it.", "In what order?", 0),
    ],
)
def test_objects_trade_places_only_where_the_order_says_something(
    answer: str, question: str, count: int
) -> None:
    assert len(orders(answer, question)) == count


def test_objects_that_a_frame_shows_together_do_not_trade_places() -> None:
    answer = "At 1.0 seconds a car; at 2.0 seconds a bus."
    assert not orders(answer, "What is there?", "car", "bus")
    assert orders(answer, "What is there?", "car", "dog")


def test_many_objects_are_only_reversed() -> None:
    answer = "A car, then a bus, then a dog, then a cat, then a cow, then a bird."
    assert orders(answer) == ["A bird, then a cow, then a cat, then a dog, then a bus, then a car."]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("They come closer together.", ["They move further apart."]),
        ("It is larger, so it comes closer.", ["It is smaller, so it moves away."]),
        (
            "From the left side to the right side.",
            [
                "From the right side to the left side.",
                "From the right side to the middle.",
                "From the middle to the left side.",
            ],
        ),
        ("The car appears before the bus.", 2),
        ("The man left the room.", []),
        ("Cars on the left and on the right.", []),
        ("Nothing happens.", []),
    ],
)
def test_all_phrases_of_a_kind_are_turned_together(answer: str, expected: list[str] | int) -> None:
    found = list(opposed(RULES, answer))
    if isinstance(expected, int):
        assert len(found) == expected
    else:
        assert sorted(found) == sorted(expected)


def test_each_kind_is_turned_by_itself() -> None:
    assert list(opposed(RULES, "The bus arrives before the car.")) == [
        "The bus departs before the car.",
        "The bus arrives after the car.",
    ]


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("Two cars wait.", 4),
        ("At least two cars wait.", 0),
        ("The two wait.", 0),
        ("A car waits for 2.0 seconds.", 0),
    ],
)
def test_numbers_change_unless_both_could_be_true(answer: str, count: int) -> None:
    found = list(recounted(RULES, answer))
    assert len(found) == count
    assert answer not in found


def test_a_replaced_object_is_of_the_family_and_not_in_the_video() -> None:
    present = frozenset({"car", "bus", "truck"})
    found = list(replaced(RULES, "A car and a dog.", present, frozenset({"car"}), lambda a, b: b""))
    assert found[0] == "An airplane and a dog."
    assert not any("bus" in text or "truck" in text for text in found)
    assert all("a dog" in text for text in found)
