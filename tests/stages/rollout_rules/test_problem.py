"""What a policy is asked about a question, and what would be right."""

from typing import Any

import pytest

from pipeline.records import ProblemType
from pipeline.stages.rollout_rules.problem import NoProblem, Problem, problem_of, untimed
from pipeline.stages.rollout_rules.views import AskedQuestion, Choices, ClaimTime, PassedVerdict
from pipeline.tasks import Task

ASKED = AskedQuestion(id="q", group="g", task=Task.EVENT_PROCESS, question="What happens?")
CHOICES = Choices(id="q", options=("a dog", "a cat", "a bus", "a boat"), letter="C")


def claim(ordinal: int, text: str, start: float, end: float) -> ClaimTime:
    return ClaimTime(
        id=f"q#{ordinal}", question="q", claim=text, start_seconds=start, end_seconds=end
    )


def problem(
    kind: ProblemType, *times: ClaimTime, answer: str = "x", **given: Any
) -> Problem | NoProblem:
    judged = PassedVerdict(id="q", video="v", passed=True, answer=answer)
    return problem_of(kind, ASKED, judged, given.get("choices"), times)


def posed(found: Problem | NoProblem) -> Problem:
    assert isinstance(found, Problem), found
    return found


def reason(found: Problem | NoProblem) -> str:
    assert isinstance(found, NoProblem), found
    return found.reason


def test_a_letter_is_chosen_from_the_options() -> None:
    found = posed(problem("exact_match", choices=CHOICES))
    assert (found.text, found.options, found.solution) == ("What happens?", CHOICES.options, "C")
    assert found.spans == ()
    assert reason(problem("exact_match")) == "no_options"


@pytest.mark.parametrize("answer", ["7", "0.5", "1/2", "50%"])
def test_a_number_is_asked_for_where_the_answer_is_one(answer: str) -> None:
    assert posed(problem("math", answer=answer)).solution == answer
    assert reason(problem("math", answer=f"There are {answer} of them.")) == "no_number"


def test_when_a_claim_holds_is_asked_without_saying_when() -> None:
    found = posed(problem("iou", claim(0, "At 3.2 s, <obj>car_1</obj> is red.", 3.0, 5.5)))
    assert found.text == "When does this hold in the video? Car is red."
    assert found.solution == "[3.00, 5.50]"
    assert [(s.start_seconds, s.end_seconds) for s in found.spans] == [(3.0, 5.5)]


def test_the_same_words_at_two_times_are_right_at_both() -> None:
    one, two = claim(0, "A car is red.", 3.0, 5.5), claim(1, "A car is red.", 8.0, 9.0)
    found = posed(problem("iou", two, one))
    assert [(s.start_seconds, s.end_seconds) for s in found.spans] == [(3.0, 5.5), (8.0, 9.0)]


def test_a_claim_that_tells_its_time_is_not_asked() -> None:
    told = claim(0, "From 3.0 s to 5.5 s a car is red.", 3.0, 5.5)
    assert reason(problem("iou", told)) == "no_interval"
    assert posed(problem("iou", told, claim(1, "It stops.", 6.0, 7.0))).solution == "[6.00, 7.00]"


def test_a_clock_that_starts_below_zero_has_no_time_to_be_answered() -> None:
    assert reason(problem("iou", claim(0, "A car is red.", -1.0, 2.0))) == "no_interval"
    assert reason(problem("gqa", claim(0, "Red.", -1.0, 2.0), choices=CHOICES)) == "no_interval"


def test_a_letter_with_its_time() -> None:
    times = claim(0, "At 3.2 s there is a bus.", 3.0, 5.5), claim(1, "It goes.", 8.0, 9.0)
    found = posed(problem("gqa", *times, choices=CHOICES))
    assert found.solution == "C <> [3.00, 5.50]"
    assert len(found.spans) == 2
    assert reason(problem("gqa", *times)) == "no_options"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("At 2.0 seconds, the frame shows <obj>stop_sign_2</obj>.", "The frame shows stop sign."),
        ("The moment at 4.2 seconds has a dog.", "The moment has a dog."),
        ("a dog runs at about 1:02 s.", "A dog runs."),
        ("It lasts 3 seconds.", None),
        ("From 00:12 on it rains.", None),
        ("<obj>car_1</obj> and <obj>car_2</obj> meet.", "Car and car meet."),
        ("", None),
    ],
)
def test_times_are_cut_out_of_a_claim(said: str, asked: str | None) -> None:
    assert untimed(said) == asked
