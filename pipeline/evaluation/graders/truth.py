"""What is right, by the type of the problem.

| type | right is | score |
|---|---|---|
| `exact_match` | an option's letter; a text where there are no options | 0 or 1 |
| `math` | a number or a formula | 0 or 1 |
| `iou` | segments | 0 to 1, temporal IoU |
| `gqa` | a letter and segments | 0 to 2, answer plus IoU |

The names are VideoAuto-R1's `problem_type`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.evaluation.answers.letter import normal_text
from pipeline.evaluation.answers.parsed import Unparsed
from pipeline.evaluation.answers.times import Segment, times_in
from pipeline.evaluation.choices import LETTERS, read_label, read_letter

ProblemType = Literal["exact_match", "math", "iou", "gqa"]
PROBLEM_TYPES: Final[tuple[ProblemType, ...]] = ("exact_match", "math", "iou", "gqa")

MAXIMUM: Final[dict[ProblemType, float]] = {"exact_match": 1, "math": 1, "iou": 1, "gqa": 2}
"""The highest score of each type."""

_IN_TAGS: Final = re.compile(r"\s*<answer>(.*)</answer>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Truth:
    """The right answer of one question; `truth()` makes it from a row's columns."""

    problem_type: ProblemType
    answer: str
    """A letter without anything beside it, a text, or a formula; empty for `iou`."""
    options: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()

    @property
    def letter(self) -> str | None:
        """The answer where it is one option's letter."""
        return self.answer if len(self.answer) == 1 and self.answer in LETTERS else None


def truth(
    problem_type: str,
    answer: str,
    *,
    options: Sequence[str] = (),
    segments: Sequence[Sequence[float]] = (),
) -> Truth:
    """What is right, checked: a wrong key would teach a model nonsense in silence.

    Args:
        answer: in `<answer>` tags or without; a letter in any spelling, or the text of one of the
            options; for `iou` also the segments as text, for `gqa` also `B <> [20.3, 30.8]`.
        segments: pairs of start and end in seconds; more than one where each would be right.

    Raises:
        ValueError: the type is unknown, or its answer is none that it could have.
    """
    if problem_type not in PROBLEM_TYPES:
        raise ValueError(
            f"{problem_type!r} is no type of problem: those are {', '.join(PROBLEM_TYPES)}"
        )
    tagged = _IN_TAGS.fullmatch(answer)
    said = (tagged[1] if tagged else answer).strip()
    spans = tuple(Segment(float(pair[0]), float(pair[1])) for pair in segments)
    if problem_type in ("iou", "gqa"):
        said, _, times = said.partition("<>") if problem_type == "gqa" else ("", "", said)
        spans = spans or _written(times)
        if not spans or not all(0 <= span.start < span.end for span in spans):
            raise ValueError(f"a problem of type {problem_type} has no segment with a length")
    if problem_type in ("exact_match", "gqa"):
        said = _key(said.strip(), options)
    if not said and problem_type != "iou":
        raise ValueError(f"a problem of type {problem_type} has no right answer")
    return Truth(problem_type, said, tuple(options), spans)


def _written(times: str) -> tuple[Segment, ...]:
    found = times_in(times)
    return () if isinstance(found, Unparsed) else found.value


def _key(said: str, options: Sequence[str]) -> str:
    """The letter of what is right where it means an option, else the text."""
    found = read_letter(said)
    known = found is not None and found.letter in LETTERS[: len(options) or None]
    alone = len(said.strip("()[]. :")) == 1
    if found is not None and known and alone:
        return found.letter
    letters = [
        letter
        for letter, option in zip(LETTERS, options, strict=False)
        if normal_text(read_label(option)[1]) == normal_text(said)
    ]
    if len(letters) == 1:
        return letters[0]
    if found is not None and known and options:
        return found.letter
    if options:
        raise ValueError(f"the right answer {said[:60]!r} is none of {len(options)} options")
    return said
