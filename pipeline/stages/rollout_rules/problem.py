"""What a policy is asked about a question, and what would be right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from pipeline.evaluation.answers.number import exact_number
from pipeline.evaluation.graders.truth import Truth, truth
from pipeline.records import ProblemType, Span
from pipeline.stages.rollout_rules.views import AskedQuestion, Choices, ClaimTime, PassedVerdict

_ITEM: Final = re.compile(r"<obj>(.*?)(?:[_ ]?\d+)?</obj>")
_TIME: Final = r"(?:\d+:)?\d+(?::\d\d)?(?:\.\d+)?\s*(?:s|secs?|seconds?)\b"
_ASIDE: Final = re.compile(
    rf"\s*\b(?:at(?:\s+(?:about|around))?|about|around)\s+{_TIME},?", re.IGNORECASE
)
_TOLD: Final = re.compile(rf"{_TIME}|\b\d+:\d\d\b", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """What is asked."""

    text: str
    options: tuple[str, ...]
    truth: Truth

    @property
    def spans(self) -> tuple[Span, ...]:
        """All stretches of time that would be right."""
        return tuple(Span(start_seconds=s.start, end_seconds=s.end) for s in self.truth.segments)

    @property
    def solution(self) -> str:
        """What is right as an answer's box has it; of several times the longest, the first such."""
        if not self.truth.segments:
            return self.truth.answer
        longest = max(self.truth.segments, key=lambda segment: segment.seconds)
        time = f"[{_told(longest.start)}, {_told(longest.end)}]"
        return f"{self.truth.answer} <> {time}" if self.truth.answer else time


@dataclass(frozen=True)
class NoProblem:
    """Why this type of problem cannot be asked of a question."""

    reason: str
    message: str


def problem_of(
    problem_type: ProblemType,
    asked: AskedQuestion,
    judged: PassedVerdict,
    choices: Choices | None,
    times: Sequence[ClaimTime],
) -> Problem | NoProblem:
    """The problem of this type that a question makes.

    Args:
        times: of the claims of its evidence, in any order.
    """
    match problem_type:
        case "math":
            if exact_number(judged.answer) is None:
                return NoProblem("no_number", f"the answer {judged.answer!r} is not a number")
            return Problem(asked.question, (), truth("math", judged.answer))
        case "iou":
            return _when(asked, times)
    if choices is None:
        return NoProblem("no_options", "the question has no options to choose from")
    spans = [(t.start_seconds, t.end_seconds) for t in _clocked(times)]
    if problem_type == "gqa" and not spans:
        return NoProblem("no_interval", "no claim of the evidence has a time that can be asked for")
    right = truth(
        problem_type,
        choices.letter,
        options=choices.options,
        segments=sorted(set(spans)) if problem_type == "gqa" else (),
    )
    return Problem(asked.question, choices.options, right)


def _when(asked: AskedQuestion, times: Sequence[ClaimTime]) -> Problem | NoProblem:
    """When one claim holds: drawn by the question's id from those that do not say so themselves."""
    silent = [(time, said) for time in _clocked(times) if (said := untimed(time.claim))]
    if not silent:
        return NoProblem("no_interval", "no claim of the evidence has a time that can be asked for")
    time, said = min(silent, key=lambda found: blake3(found[0].id.encode()).digest(length=8))
    span = (time.start_seconds, time.end_seconds)
    # The same words may hold at several times, and each is right.
    spans = {span, *((t.start_seconds, t.end_seconds) for t, same in silent if same == said)}
    text = f"When does this hold in the video? {said}"
    return Problem(text, (), truth("iou", "", segments=sorted(spans)))


def _clocked(times: Sequence[ClaimTime]) -> list[ClaimTime]:
    """Those within a clock that starts at 0 or later: answers cannot tell a time before it."""
    return [time for time in times if 0 <= time.start_seconds < time.end_seconds]


def untimed(claim: str) -> str | None:
    """A claim in plain words without its time; None where it tells its time all the same.

    `At 3.2 s, there is <obj>person_1</obj>.` becomes `There is person.`: numbers tell key items of
    one evidence apart, and mean nothing to who has not read it.
    """
    named = _ITEM.sub(lambda item: item[1].replace("_", " "), claim)
    said = " ".join(_ASIDE.sub("", named).split())
    if not said or _TOLD.search(said):
        return None
    return said[0].upper() + said[1:]


def _told(seconds: float) -> str:
    return f"{seconds:.2f}"
