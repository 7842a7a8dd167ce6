"""How right a reply is, by the type of its problem."""

from dataclasses import dataclass
from typing import Final, Literal

from pipeline.evaluation.answers.letter import normal_text, read_choice, strict_letter
from pipeline.evaluation.answers.number import exact_number, plain_latex, read_number
from pipeline.evaluation.answers.parsed import Parsed, Unparsed
from pipeline.evaluation.answers.stated import stated
from pipeline.evaluation.answers.times import Segment, read_times
from pipeline.evaluation.graders.temporal import best_iop, best_iou, union_iop, union_iou
from pipeline.evaluation.graders.truth import Truth

Letters = Literal["anchored", "strict"]
"""By our rules, or compared as VideoAuto-R1's grader does (`A.` is not `A`)."""
Segments = Literal["best", "union"]
"""One predicted segment against the true one that fits best, or all against all."""

ACC_AT_GQA_IOP: Final = 0.5
"""IoP from which an answer counts as grounded (NExT-GQA's Acc@GQA)."""


@dataclass(frozen=True, slots=True)
class Grade:
    """How right one reply is."""

    score: float
    """0 to 1, and to 2 for `gqa`; 0 for what could not be read."""
    answer: bool | None = None
    """The letter, text or number is right; None for a type without one."""
    iou: float | None = None
    """Of time, 0 to 1; None for a type without segments."""
    iop: float | None = None
    """Share of the predicted time that is right, 0 to 1."""
    unparsed: Unparsed | None = None
    """Why the answer, or a part of it, could not be read; the other part counts all the same."""

    @property
    def grounded(self) -> bool | None:
        """Acc@GQA of this reply: the answer is right and IoP at least 0.5; None for other types."""
        if self.answer is None or self.iop is None:
            return None
        return self.answer and self.iop >= ACC_AT_GQA_IOP


def grade(
    reply: str, truth: Truth, *, letters: Letters = "anchored", segments: Segments = "best"
) -> Grade:
    """How right a reply is.

    Args:
        reply: the whole reply, or the content of one box of it.
        letters: of `exact_match` and `gqa`.
        segments: of `iou` and `gqa`; with `best`, several predicted segments are unparsed, or
            naming them all would find the best by chance.
    """
    if truth.problem_type == "math":
        return _math(reply, truth)
    if truth.problem_type == "exact_match":
        return _answer(reply, truth, letters)
    if truth.problem_type == "iou":
        return _times(reply, truth, segments)
    return _grounded(reply, truth, letters, segments)


def right(grade: Grade, truth: Truth, *, iou: float) -> bool:
    """The reply counts as right, as filters of rollouts and bonuses need to know.

    Args:
        iou: from which a segment counts as right, 0 to 1; upstream never published its own.
    """
    answered = grade.answer is not False
    return answered and (truth.problem_type not in ("iou", "gqa") or (grade.iou or 0.0) >= iou)


def _answer(reply: str, truth: Truth, letters: Letters) -> Grade:
    found: Parsed[str] | Unparsed
    if truth.letter is None:
        return _text(reply, truth)
    if letters == "strict":
        told = stated(reply)
        found = told if isinstance(told, Unparsed) else Parsed(strict_letter(told.texts[-1]))
    else:
        found = read_choice(reply, truth.options)
    if isinstance(found, Unparsed):
        return Grade(0.0, answer=False, unparsed=found)
    return _whole(found.value == truth.letter)


def _text(reply: str, truth: Truth) -> Grade:
    told = stated(reply)
    if isinstance(told, Unparsed):
        return Grade(0.0, answer=False, unparsed=told)
    return _whole({normal_text(text) for text in told.texts} == {normal_text(truth.answer)})


def _math(reply: str, truth: Truth) -> Grade:
    """Numbers by value; any other formula by its text, without blanks."""
    wanted = exact_number(truth.answer)
    if wanted is not None:
        number = read_number(reply)
        if isinstance(number, Unparsed):
            return Grade(0.0, answer=False, unparsed=number)
        return _whole(number.value == wanted)
    told = stated(reply)
    if isinstance(told, Unparsed):
        return Grade(0.0, answer=False, unparsed=told)
    return _whole({plain_latex(text) for text in told.texts} == {plain_latex(truth.answer)})


def _times(reply: str, truth: Truth, reading: Segments) -> Grade:
    found = read_times(reply)
    if isinstance(found, Parsed) and reading == "best" and len(found.value) > 1:
        found = Unparsed("several", f"it gives {len(found.value)} segments")
    if isinstance(found, Unparsed):
        return Grade(0.0, iou=0.0, iop=0.0, unparsed=found)
    iou, iop = agreement(found.value, truth.segments, reading)
    return Grade(iou, iou=iou, iop=iop)


def agreement(
    predicted: tuple[Segment, ...], truths: tuple[Segment, ...], reading: Segments
) -> tuple[float, float]:
    """IoU and IoP in one of the two readings; `best` is of the first predicted segment."""
    if reading == "union":
        return union_iou(predicted, truths), union_iop(predicted, truths)
    return best_iou(predicted[0], truths), best_iop(predicted[0], truths)


def _grounded(reply: str, truth: Truth, letters: Letters, reading: Segments) -> Grade:
    r"""`A <> [20.3, 30.8]`, in a box or not; without the mark, what is before the bracket."""
    told = stated(reply)
    if isinstance(told, Unparsed):
        return Grade(0.0, answer=False, iou=0.0, iop=0.0, unparsed=told)
    text = told.texts[-1]
    said, mark, times = text.partition("<>")
    if not mark:
        said, times = text.partition("[")[0], text
    answer = _answer(said.strip(" ,;"), truth, letters)
    time = _times(times, truth, reading)
    return Grade(
        answer.score + time.score,
        answer=answer.answer,
        iou=time.iou,
        iop=time.iop,
        unparsed=answer.unparsed or time.unparsed,
    )


def _whole(answer: bool) -> Grade:
    return Grade(float(answer), answer=answer)
