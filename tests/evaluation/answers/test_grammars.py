"""Replies in the three forms, and what breaks each."""

import pytest

from pipeline.evaluation.answers.grammars import (
    FALLBACK,
    Form,
    Reply,
    first_and_last,
    is_fallback,
    read_reply,
)
from pipeline.evaluation.answers.parsed import Parsed, Reason, Unparsed

TWICE = r"\boxed{A}<think>No: a dog.</think>\boxed{B}"


@pytest.mark.parametrize(
    ("form", "text", "reply"),
    [
        ("answer-think-answer", TWICE, Reply("A", "No: a dog.", "B")),
        (
            "answer-think-answer",
            "\\boxed{\\frac{1}{2}}\n<think>\nOne of \\boxed{2}.\n</think>\n\\boxed{[1.0, 2.5]}\n",
            Reply("\\frac{1}{2}", "One of \\boxed{2}.", "[1.0, 2.5]"),
        ),
        ("think-answer", "<think>t</think> <answer>B</answer>", Reply(None, "t", "B")),
        ("thinking-answer", "<thinking>t</thinking><answer>Cut it.</answer>",
         Reply(None, "t", "Cut it.")),
    ],
)  # fmt: skip
def test_a_form(form: Form, text: str, reply: Reply) -> None:
    assert read_reply(text, form) == Parsed(reply)


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        ("answer-think-answer", r"\boxed{A}", "malformed"),
        ("answer-think-answer", r"<think>t</think>\boxed{B}", "malformed"),
        ("answer-think-answer", r"\boxed{A}<think>t</think>", "malformed"),
        ("answer-think-answer", r"\boxed{A}<think></think>\boxed{B}", "empty"),
        ("answer-think-answer", r"\boxed{}<think>t</think>\boxed{B}", "empty"),
        ("answer-think-answer", TWICE + " trailing", "malformed"),
        ("answer-think-answer", "It is " + TWICE, "malformed"),
        ("answer-think-answer", TWICE + r"\boxed{B}", "malformed"),
        ("answer-think-answer", r"\boxed{A}\boxed{B}<think>t</think>\boxed{B}", "malformed"),
        ("answer-think-answer", r"\boxed{A}<think>t</think><think>u</think>\boxed{B}", "malformed"),
        ("answer-think-answer", r"\boxed{A}<think>t\boxed{B}", "malformed"),
        ("think-answer", "<thinking>t</thinking><answer>B</answer>", "malformed"),
        ("think-answer", "<think>t</think><answer>B</answer> so", "malformed"),
        ("think-answer", "<think>t</think><answer> </answer>", "empty"),
        ("think-answer", "<think> </think><answer>B</answer>", "empty"),
        ("think-answer", "<think>t</think><answer>B</answer><answer>C</answer>", "malformed"),
        ("think-answer", "<answer>B</answer>", "malformed"),
        ("thinking-answer", "<think>t</think><answer>B</answer>", "malformed"),
    ],
)
def test_a_broken_form(form: Form, text: str, reason: Reason) -> None:
    found = read_reply(text, form)
    assert isinstance(found, Unparsed) and found.reason == reason, found


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (TWICE, ("A", "B")),
        (TWICE + " trailing", ("A", "B")),
        (r"\boxed{A}", ("A", None)),
        (r"<think>t</think>\boxed{B}", (None, "B")),
        (r"<think>\boxed{C}</think>", (None, None)),
        (r"\boxed{A}<think>cut off \boxed{C}", ("A", None)),
    ],
)
def test_answers_of_a_reply_that_may_be_broken(
    text: str, answers: tuple[str | None, str | None]
) -> None:
    assert first_and_last(text) == answers


def test_both_readings_of_the_fallback() -> None:
    assert is_fallback(FALLBACK) and is_fallback(f" {FALLBACK}. ")
    assert is_fallback(FALLBACK.replace("'", "’"))
    loose = "Let's analyze what the man does."
    assert not is_fallback(loose) and is_fallback(loose, released=True)
    assert not is_fallback("A", released=True)
