import pytest

from pipeline.recipe import SelectionSettings
from pipeline.stages.selection_rules.finding import Finding, Text
from pipeline.stages.selection_rules.frames import frames_outside_group, single_frame
from pipeline.stages.selection_rules.leak import answer_leaked
from pipeline.stages.selection_rules.length import empty_text, too_long
from pipeline.stages.selection_rules.perspective import Perspective, perspective_drift
from pipeline.stages.selection_rules.yes_no import excess_yes_no, is_yes_no


def text(
    question: str = "What happens?", answer: str = "A car passes.", evidence: str = "It is seen."
) -> Text:
    return Text(question, answer, evidence)


def reason(finding: Finding | None) -> str | None:
    if finding is None:
        return None
    assert finding.message
    assert finding.stage == "selection"
    return finding.reason


@pytest.mark.parametrize(
    ("question", "answer", "leaks"),
    [
        ("Why does the man who slips on the wet floor fall?", "He slips on the wet floor.", True),
        ("Why does the man fall?", "He slips on the wet floor.", False),
        ("Does a red bus come, or a blue tram?", "A blue tram.", False),
        ("Is the blue tram behind the red bus?", "Yes.", False),
        ("What stands next to the red car?", "Red.", False),
        ("In what order do a car and a bus come?", "First a bus, then a car.", False),
        ("When the RED BUS leaves, what leaves?", "The red bus.", True),
        ("What does the red old bus do?", "The red bus.", False),
    ],
)
def test_an_answer_in_the_question(question: str, answer: str, leaks: bool) -> None:
    assert reason(answer_leaked(text(question, answer))) == ("answer_leaked" if leaks else None)


@pytest.mark.parametrize("name", ["question", "answer", "evidence"])
def test_texts_that_say_nothing(name: str) -> None:
    settings = SelectionSettings(min_chars=3)
    assert reason(empty_text(text(**{name: " a b\n"}), settings)) == "empty_text"
    assert reason(empty_text(text(**{name: "abc"}), settings)) is None


def test_texts_that_never_stop() -> None:
    settings = SelectionSettings(max_question_chars=20, max_answer_chars=10)
    assert reason(too_long(text("q" * 20, "a" * 10, "e" * 99), settings)) is None
    assert reason(too_long(text("q" * 21, "a"), settings)) == "too_long"
    assert reason(too_long(text("q", "a" * 11), settings)) == "too_long"


@pytest.mark.parametrize(
    ("perspective", "words", "drifts"),
    [
        ("third_person", "I hold the cup.", True),
        ("third_person", "We see a cup.", True),
        ("third_person", "You can see a cup.", True),
        ("third_person", "The cup is in my hand.", True),
        ("third_person", "The camera wearer holds a cup.", False),
        ("third_person", "The sign says “You are here”.", False),
        ("third_person", 'The sign says "my shop".', False),
        ("third_person", "A US flag hangs over the coal mine; vitamin b and item i.", False),
        ("third_person", "The youth wears a yourt-shaped hat.", False),
        ("first_person", "I hold the cup in my hand, and you see it.", False),
        ("first_person", "The camera wearer holds a cup.", True),
        ("first_person", "The person holding the camera turns.", True),
        ("first_person", "The camera turns; the wearer of the hat leaves.", False),
    ],
)
@pytest.mark.parametrize("name", ["question", "answer", "evidence"])
def test_who_speaks(perspective: Perspective, words: str, drifts: bool, name: str) -> None:
    found = perspective_drift(text(**{name: words}), perspective)
    assert reason(found) == ("perspective_drift" if drifts else None)
    assert found is None or name in found.message


def test_single_frame_behind_the_answer_or_behind_the_evidence() -> None:
    assert reason(single_frame(["a", "b"], ["a", "b"])) is None
    assert reason(single_frame(["a", "a"], ["a", "b"])) == "single_frame"
    assert reason(single_frame(["a", "b"], ["a"])) == "single_frame"


def test_frames_outside_the_group() -> None:
    assert reason(frames_outside_group(["a", "b"], {"a", "b", "c"})) is None
    found = frames_outside_group(["a", "x", "y"], {"a", "b"})
    assert reason(found) == "frames_outside_group"
    assert found is not None
    assert "x, y are not" in found.message


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Yes.", True),
        ("no, it does not", True),
        ("“Yes”, he says.", True),
        ("No one is there.", False),
        ("Nobody.", False),
        ("Yesterday.", False),
        ("The answer is yes.", False),
    ],
)
def test_what_a_yes_no_answer_is(answer: str, expected: bool) -> None:
    assert is_yes_no(answer) == expected


@pytest.mark.parametrize(
    ("plain", "asking", "share", "rejected"),
    [
        (3, 1, 0.25, []),
        (3, 2, 0.25, ["y1"]),
        (2, 1, 0.25, ["y0"]),
        (0, 2, 1.0, []),
        (0, 2, 0.0, ["y0", "y1"]),
        (5, 0, 0.0, []),
    ],
)
def test_yes_and_no_keep_to_their_share_of_what_stays(
    plain: int, asking: int, share: float, rejected: list[str]
) -> None:
    answers = {f"y{i}": "Yes." for i in range(asking)} | {f"p{i}": "A car." for i in range(plain)}
    found = excess_yes_no(answers, frozenset(), share)
    assert list(found) == rejected
    assert {reason(f) for f in found.values()} <= {"yes_no_bias"}


def test_a_kept_yes_stays_and_counts() -> None:
    answers = {"a": "Yes.", "b": "No.", "c": "A car.", "d": "A bus.", "e": "A dog."}
    assert list(excess_yes_no(answers, frozenset("b"), 0.25)) == ["a"]
    assert list(excess_yes_no(answers, frozenset("ab"), 0.25)) == []
