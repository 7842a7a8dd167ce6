r"""What trainers that reward are given to ask, and what is right.

A question with a difficulty is asked as its policy was: in the same words, in the form
`\\boxed{answer}<think>..</think>\\boxed{answer}`. Every other is asked as in all formats.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline import prompts
from pipeline.evaluation.answers.grammars import Form
from pipeline.publish.exports import wording
from pipeline.publish.published import SampleRow
from pipeline.records import Record, record

ASKED: Final = "rollouts/endpoint"
"""The prompt of policies; a recipe's own does not travel with the dataset."""


@record
class Message(Record):
    """A turn of the conversation."""

    role: str
    content: str


def form(row: SampleRow) -> Form:
    """How the model is to reply."""
    return "think-answer" if row.difficulty is None else "answer-think-answer"


def problem_type(row: SampleRow) -> str:
    """How the reply is graded; without a difficulty by the letter or the text."""
    return "exact_match" if row.difficulty is None else row.difficulty.problem_type


def options(row: SampleRow) -> tuple[str, ...]:
    """What is chosen from; none where a number or a time alone is asked for."""
    return row.options if problem_type(row) in ("exact_match", "gqa") else ()


def solution(row: SampleRow) -> str:
    """What is right, bare: a letter, a number, a time, a letter with its time, or the words."""
    return wording.answer(row) if row.difficulty is None else row.difficulty.solution


def asked(row: SampleRow, seconds: Sequence[float], before: str = "") -> tuple[Message, ...]:
    """The turns that ask.

    Args:
        seconds: of each picture, on the consumer's clock.
        before: what stands before the question, such as placeholders of pictures.
    """
    if row.difficulty is None:
        return (Message(role="user", content=before + wording.prompt(row, seconds)),)
    messages = prompts.load(ASKED).messages(
        problem_type=row.difficulty.problem_type,
        question=wording.plain(row.difficulty.problem),
        options=[wording.plain(text) for text in options(row)],
        frames=[{"pts_seconds": time} for time in seconds],
        sees="frames",
    )
    return (
        Message(role="system", content=messages.system),
        Message(role="user", content=before + messages.user),
    )


def reply(row: SampleRow, evidence: str) -> str:
    """The reasoning and the answer, as the model is to give them."""
    if row.difficulty is None:
        return wording.reply(row, evidence)
    box = f"\\boxed{{{solution(row)}}}"
    # Asked for a number or a time, the model sees no options.
    seen = row if options(row) else replace(row, letter=None)
    return f"{box}{wording.thought(seen, evidence)}{box}"
