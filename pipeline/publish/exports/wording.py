"""What is asked of a model in training and what it is to answer, in words all formats share."""

import re
from collections.abc import Sequence
from typing import Final

from pipeline.publish.published import SampleRow

_RESERVED: Final = re.compile(
    r"<(/?(?:image|video|audio|bbox|ref-object|think|thinking|answer|box|t))>", re.IGNORECASE
)

_THINK: Final = (
    "Reason between <think> and </think> about what the pictures show, then answer between "
    "<answer> and </answer>"
)


def plain(text: str) -> str:
    """Text without what consumers take for a tag of theirs.

    They count `<image>` in all that is said, and a row whose counts differ is refused or lost.
    """
    while (cleaned := _RESERVED.sub(r"\1", text)) != text:
        text = cleaned
    return text


def question(row: SampleRow) -> str:
    """The question, with its options on lines of their own where it has any."""
    return "\n".join([plain(row.question), *options(row)])


def options(row: SampleRow) -> list[str]:
    """`A. text` and so on."""
    return [f"{letter}. {plain(text)}" for letter, text in zip("ABCD", row.options, strict=False)]


def answer(row: SampleRow) -> str:
    """What is right: the letter where there are options, else the words."""
    return row.letter or plain(row.answer)


def instruction(row: SampleRow) -> str:
    """How to reply."""
    return f"{_THINK}{' with the letter of the right option' if row.letter else ''}."


def prompt(row: SampleRow, seconds: Sequence[float]) -> str:
    """The whole of what the model is asked besides its pictures, which come before it.

    Args:
        seconds: of each picture, on the consumer's clock.
    """
    return f"{_times(seconds)}\n{question(row)}\n{instruction(row)}"


def reply(row: SampleRow, evidence: str) -> str:
    """The reasoning and the answer, as the model is to give them."""
    return f"{thought(row, evidence)}\n{answered(row)}"


def thought(row: SampleRow, evidence: str) -> str:
    """The reasoning between its tags.

    That of a route ends with its answer in words; where a letter is asked for, the step from one to
    the other belongs to the thoughts, as in ST-R1's training rows.
    """
    chosen = f" That is option {row.letter}." if row.route and row.letter else ""
    return f"<think>{evidence}{chosen}</think>"


def answered(row: SampleRow) -> str:
    """The answer between its tags."""
    return f"<answer>{answer(row)}</answer>"


def _times(seconds: Sequence[float]) -> str:
    told = [f"{s:.1f} s" for s in seconds]
    if len(told) == 1:
        return f"The picture is from {told[0]} of the video."
    return f"The pictures are from {', '.join(told[:-1])} and {told[-1]} of the video, in order."
