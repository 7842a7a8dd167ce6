import pytest

from tests.models.program.groups import CENTRE, LEFT, RIGHT, group, judge, seen

FRAMES = group(
    (0, [seen("person", LEFT), seen("bicycle", CENTRE)]),
    (0, [seen("person", RIGHT), seen("bicycle", CENTRE), seen("vase", LEFT, 0.6)]),
    (1, [seen("car", LEFT), seen("car", RIGHT)]),
)
CITED = ["v/f0", "v/f1"]
CONSISTENT, SEVERAL = "consistent_with_frames", "needs_several_frames"
OBJECTIVE, CONTINUOUS = "not_subjective", "narrative_continuity"
UNIQUE = "unique_answer"


def failed(answer: str, cited: list[str] = CITED, question: str = "What?") -> set[str]:
    return {name for name, passed in judge(FRAMES, answer, cited, question).items() if not passed}


@pytest.mark.parametrize(
    "answer",
    [
        "At 0.0 seconds the person is on the left, at 0.5 seconds on the right.",
        "At 0.0 seconds the person is to the left of the bicycle; "
        "at 0.5 seconds the person is to the right of the bicycle.",
    ],
)
def test_what_holds_passes(answer: str) -> None:
    assert failed(answer) == set()


@pytest.mark.parametrize(
    "answer",
    [
        "At 0.0 seconds the person is on the right, at 0.5 seconds on the left.",
        "At 0.0 seconds the person is to the right of the bicycle; "
        "at 0.5 seconds the person is to the left of the bicycle.",
        "At 0.0 seconds the person is apart from the bicycle; "
        "at 0.5 seconds the person is overlapping the bicycle.",
        "At 0.0 seconds a person, at 0.5 seconds a dog.",
        "At 0.0 seconds a person, at 0.5 seconds a vase.",
        "At 0.0 seconds a person, at 0.5 seconds people.",
        "At 0.0 seconds a person, at 0.5 seconds a car.",
    ],
    ids=["sides", "relation", "gap", "unseen", "uncertain", "number", "another frame"],
)
def test_what_does_not_hold_is_found(answer: str) -> None:
    assert CONSISTENT in failed(answer)


def test_plurals_need_two_objects() -> None:
    assert failed("At 0.0 seconds a person, at 1.0 seconds cars.", ["v/f0", "v/f2"]) == set()


def test_an_answer_that_names_nothing_cannot_be_checked() -> None:
    assert CONSISTENT in failed("Something changes.")


def test_one_frame_that_says_it_all() -> None:
    assert failed("At 0.0 seconds a bicycle, at 0.5 seconds a person.") == {SEVERAL}
    assert SEVERAL in failed("At 0.0 seconds a person on the left.", ["v/f0"])


@pytest.mark.parametrize("word", ["beautiful", "probably", "feel"])
def test_opinions(word: str) -> None:
    answer = "At 0.0 seconds the person is on the left, at 0.5 seconds on the right."
    assert failed(answer, question=f"Is it {word}?") == {OBJECTIVE}


@pytest.mark.parametrize("cited", [["v/f1", "v/f0"], ["v/f0", "other/f1"], []])
def test_frames_out_of_order_or_outside_the_group(cited: list[str]) -> None:
    assert CONTINUOUS in failed("At 0.0 seconds a person, at 0.5 seconds a bicycle.", cited)


def test_a_time_that_no_cited_frame_has_and_a_step_back() -> None:
    assert CONTINUOUS in failed("At 0.0 seconds a person, at 1.0 seconds cars.")
    assert failed("At 0.5 seconds a person on the right, at 0.0 seconds on the left.") == {
        CONTINUOUS
    }


@pytest.mark.parametrize(
    ("answer", "ambiguous"),
    [
        ("At 0.0 seconds a person, at 1.0 seconds a car on the left.", True),
        ("At 0.0 seconds a person, at 1.0 seconds a car to the left of the car.", True),
        (
            "At 0.0 seconds a person, at 1.0 seconds a car on the left, a car on the right.",
            False,
        ),
        ("At 0.0 seconds a person, at 1.0 seconds cars.", False),
        ("At 0.0 seconds a person, at 1.0 seconds a car.", False),
    ],
    ids=["side", "relation", "both told", "plural", "not placed"],
)
def test_an_answer_that_places_one_of_two(answer: str, ambiguous: bool) -> None:
    assert failed(answer, ["v/f0", "v/f2"]) == ({UNIQUE} if ambiguous else set())
