"""Letters and options as datasets write them."""

import pytest

from pipeline.evaluation.choices import LETTERS, chosen, read_label, read_letter, read_options


@pytest.mark.parametrize(
    ("text", "letter", "bare"),
    [
        ("B", "B", True),
        ("(B)", "B", False),
        ("B.", "B", False),
        (" B", "B", False),
        ("B)", "B", False),
        ("B:", "B", False),
        ("(B): A red car", "B", False),
        ("B. A red car", "B", False),
        ("b)", "B", False),
        ("[c]", "C", False),
        ("E", "E", True),
    ],
)
def test_letters(text: str, letter: str, bare: bool) -> None:
    assert read_letter(text) == (letter, bare)


@pytest.mark.parametrize("text", ["A car", "a", "a car", "", "AB", "I see it", "the first", "4"])
def test_no_letters(text: str) -> None:
    assert read_letter(text) is None


@pytest.mark.parametrize(
    ("option", "label", "text"),
    [
        ("(A): red", "A", "red"),
        ("B. red", "B", "red"),
        ("C) red", "C", "red"),
        ("A red car", None, "A red car"),
        ("red", None, "red"),
        ("B.", "B", ""),
    ],
)
def test_labels(option: str, label: str | None, text: str) -> None:
    assert read_label(option) == (label, text)


def test_options_in_lines() -> None:
    found = read_options("What comes next?\nA. A car, red\nB. A dog\n(C) Nothing")
    assert found == ("What comes next?", ("A car, red", "A dog", "Nothing"), False)


def test_options_in_one_line() -> None:
    found = read_options("Where to? Options: A. turn left, then right, B. turn right, C. stop")
    assert found is not None
    assert found.options == ("turn left, then right", "turn right", "stop") and found.inline
    assert found.question == "Where to? Options:"


@pytest.mark.parametrize("text", ["What happens?", "Is it vitamin A. or not?", "B. one\nC. two"])
def test_texts_without_options(text: str) -> None:
    assert read_options(text) is None


def test_the_chosen_option() -> None:
    options = ("(A): one", "(B): two")
    assert chosen(options, "(B)") == "two"
    assert chosen(options, "C") is None
    assert chosen(options, None) is None
    assert LETTERS[0] == "A"
