"""Letters that replies choose, and the texts that choose none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evaluation.answers.letter import read_choice, strict_letter
from pipeline.evaluation.answers.parsed import Parsed, Reason, Unparsed

OPTIONS = ("A man walks", "A dog barks", "Because it rains", "None of these")


@pytest.mark.parametrize(
    ("reply", "letter"),
    [
        ("A", "A"),
        ("b", "B"),
        ("(a)", "A"),
        ("A.", "A"),
        ("(A).", "A"),
        ("A)", "A"),
        ("A:", "A"),
        ("[C]", "C"),
        ("**B**", "B"),
        ("`D`", "D"),
        ("$\\text{C}$", "C"),
        ("A. text", "A"),
        ("(B) a dog barks", "B"),
        ("(B): A dog barks", "B"),
        ("B: whatever", "B"),
        ("Option B", "B"),
        ("Answer: C", "C"),
        ("answer:C", "C"),
        ("Answer: (C)", "C"),
        ("**Answer:** C", "C"),
        ("The answer is (B).", "B"),
        ("The answer is B", "B"),
        ("The correct answer is option C.", "C"),
        ("The answer is B because the man sits.", "B"),
        ("The answer is A, as a man walks.", "A"),
        ("I choose D.", "D"),
        ("Looking at the frames, a man is seen.\nThe answer is: D", "D"),
        ("A man is seen first. Then a dog.\n\nB", "B"),
        ("A. is wrong, because nobody walks.\nThe answer is B.", "B"),
        ("The answer is not A. The answer is B.", "B"),
        ("I cannot be sure, but the answer is B.", "B"),
        ("B is the correct answer.", "B"),
        ("Option A is wrong. Option C is right.", "C"),
        ("Ans: B", "B"),
        ("Answer：B", "B"),
        ("Answer is C (it rains)", "C"),
        ("It is B.", "B"),
        ("- B", "B"),
        ("A - A man walks", "A"),
        ("A, because a man walks.", "A"),
        (r"\boxed{C}", "C"),
        (r"So it is \boxed{\text{(C)}}.", "C"),
        ("<answer>D</answer>", "D"),
        (r"<answer>\boxed{D}</answer>", "D"),
        ("<think>Is it A? The answer is A.</think> <answer>B</answer>", "B"),
        (r"\boxed{A}<think>No, a dog.</think>\boxed{B}", "B"),
        ("reasoning without its opening tag: A</think>B", "B"),
        ("<answer>B</answer><|im_end|>", "B"),
        ("<answer>B", "B"),
        ("A dog barks", "B"),
        ("a dog barks.", "B"),
        ("The answer is: a man walks", "A"),
        ("Because it rains", "C"),
        ("None of these", "D"),
        ("A man walks", "A"),
    ],
)
def test_a_choice(reply: str, letter: str) -> None:
    assert read_choice(reply, OPTIONS) == Parsed(letter)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("<answer></answer>", "empty"),
        ("<think>The answer is A.</think>", "empty"),
        ("<think>The answer is A. Then", "unfinished"),
        (r"\boxed{A", "unfinished"),
        ("A man runs", "no_answer"),
        ("The answer is A man running", "no_answer"),
        ("Because of the rain.", "no_answer"),
        ("Before the dog barks, a man walks.", "no_answer"),
        ("The camera shows Building D from above", "no_answer"),
        ("It is a car.", "no_answer"),
        ("A is not correct.", "no_answer"),
        ("The answer is neither A nor B", "no_answer"),
        ("A dog is correct in its way", "no_answer"),
        ("It is A or B.", "several"),
        ("Both A and B are correct.", "several"),
        ("E", "outside"),
        ("A and C", "several"),
        ("A, C", "several"),
        ("A/B", "several"),
        ("The answer is A or B.", "several"),
        ("The answer is A. Wait, the answer is C.", "several"),
        ("<answer>A</answer><answer>B</answer>", "several"),
        (r"\boxed{A} or \boxed{B}", "several"),
        ("A. A man walks\nB. A dog barks", "several"),
        ("A. A dog barks", "several"),
        ("I cannot answer this.", "refusal"),
        ("I'm sorry, but I can't see the video.", "refusal"),
        ("It cannot be determined from the frames.", "refusal"),
        ("I don't know.", "refusal"),
    ],
)
def test_no_choice(reply: str, reason: Reason) -> None:
    found = read_choice(reply, OPTIONS)
    assert isinstance(found, Unparsed) and found.reason == reason, found


def test_options_may_be_labelled() -> None:
    labelled = [f"({letter}): {text}" for letter, text in zip("ABCD", OPTIONS, strict=True)]
    assert read_choice("A dog barks", labelled) == Parsed("B")


def test_options_of_equal_text_are_several() -> None:
    assert read_choice("red", ("red", "Red.")) == Unparsed("several", "it gives A, B")


def test_an_option_s_text_may_look_like_a_label() -> None:
    options = ("C: is the drive", "a disk", "C")
    assert read_choice("C: is the drive", options) == Parsed("A")
    assert read_choice("C", ("C", "B", "A")) == Parsed("C"), "a letter alone is a letter"


def test_without_options_a_text_is_no_letter() -> None:
    found = read_choice("A dog barks")
    assert isinstance(found, Unparsed) and found.reason == "no_answer"


def test_the_number_of_options_bounds_the_letters() -> None:
    assert read_choice("E") == Parsed("E")
    found = read_choice("E", count=4)
    assert isinstance(found, Unparsed) and found.reason == "outside"


class TestUpstreamFaults:
    """What the reference graders get wrong; each would come back with a looser rule."""

    def test_the_first_letter_anywhere(self) -> None:
        """VideoEspresso's scorer and Ego-ST's take the A of `Answer`."""
        assert read_choice("Answer: C") == Parsed("C")

    def test_a_letter_with_a_stop(self) -> None:
        """VideoAuto-R1's grader compares `A.` with `A`."""
        for reply in ("A.", "A. text", "(A)."):
            assert read_choice(reply) == Parsed("A")
            assert strict_letter(reply) != "A"
        for reply in ("A", "(a)", "A)", "A:"):
            assert strict_letter(reply) == "A"

    def test_the_first_character(self) -> None:
        """ST-R1's reward compares the first characters of both answers."""
        assert read_choice("Because it is late.", ("x", "y")) != Parsed("B")

    def test_a_failed_call(self) -> None:
        """Video-R1 writes `<answer>error</answer>`, which begins with an E."""
        assert isinstance(read_choice("<answer>error</answer>"), Unparsed)


@given(st.sampled_from("ABCDEFGH"), st.sampled_from(["{}", "({})", "{}.", "**{}**", "Answer: {}"]))
def test_every_letter_in_every_form(letter: str, form: str) -> None:
    assert read_choice(form.format(letter)) == Parsed(letter)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_choice(text, OPTIONS)
    assert isinstance(found, Unparsed) or found.value in "ABCD"
