r"""The reward of a reply: task, form, and for answer-think-answer both answers and the fallback.

VideoAuto-R1, with its published weights:

    R = 0.9 task(a1) + 1.1 task(a2) + 1.0 format + fallback

| reading | the fallback bonus | when |
|---|---|---|
| `paper` | +0.3 | a1 is exactly the fallback sentence and a2 is right |
| `released` | +0.3/1.1 within task(a2): +0.3 | a1 begins with "Let's analyze", task(a2) > 0.7 |

Both readings come to the same number where both apply, up to rounding, because the released one
divides by the weight that it is multiplied with; they differ in when they apply. Of a reply in
another form, R = task(answer) + 1.0 format (DeepSeek-R1, Video-R1, ST-R1).
"""

from dataclasses import dataclass
from typing import Final, Literal

from pipeline.evaluation.answers.grammars import Form, first_and_last, is_fallback, read_reply
from pipeline.evaluation.answers.parsed import Parsed
from pipeline.evaluation.graders.grade import Grade, grade, right
from pipeline.evaluation.graders.truth import Truth

Reading = Literal["paper", "released"]
RELEASED_BAR: Final = 0.7
"""task(a2) above which the released code gives the bonus."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part of the reward counts."""

    first: float = 0.9
    second: float = 1.1
    format: float = 1.0
    fallback: float = 0.3
    right_iou: float = 0.5
    """IoU from which a segment is right, for the bonus in the paper's reading (ours)."""


PUBLISHED: Final = Weights()
"""VideoAuto-R1's."""


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward and what it is made of; the parts are unweighted."""

    total: float
    task: float
    """Of the answer after the reasoning; 0 to 1, and to 2 for `gqa`."""
    format: float
    """1 where the reply has its form from beginning to end, else 0."""
    first: float = 0.0
    """Of the answer before the reasoning; 0 in forms without one."""
    fallback: float = 0.0
    """The bonus as it counts in the total."""
    unparsed: bool = False
    """The answer after the reasoning could not be read."""


def reward(
    reply: str,
    truth: Truth,
    form: Form,
    *,
    weights: Weights = PUBLISHED,
    reading: Reading = "paper",
) -> Reward:
    """The reward of a reply.

    Args:
        form: the one the model was asked for.
        reading: of the fallback bonus; only for `answer-think-answer`.
    """
    formed = form_score(reply, form)
    if form == "answer-think-answer":
        return _both_answers(reply, truth, weights, reading, formed)
    graded = grade(reply, truth)
    total = graded.score + weights.format * formed
    return Reward(total, graded.score, formed, unparsed=graded.unparsed is not None)


def form_score(reply: str, form: Form) -> float:
    """1 for a reply in this form from beginning to end, else 0."""
    return float(isinstance(read_reply(reply, form), Parsed))


def _both_answers(
    reply: str, truth: Truth, weights: Weights, reading: Reading, formed: float
) -> Reward:
    first, second = first_and_last(reply)
    ours, theirs = (grade(answer or "", truth) for answer in (first, second))
    bonus = weights.fallback if _reasoned(first or "", theirs, truth, weights, reading) else 0.0
    total = weights.first * ours.score + weights.second * theirs.score + weights.format * formed
    return Reward(
        total=total + bonus,
        task=theirs.score,
        format=formed,
        first=ours.score,
        fallback=bonus,
        unparsed=theirs.unparsed is not None,
    )


def _reasoned(first: str, second: Grade, truth: Truth, weights: Weights, reading: Reading) -> bool:
    """The model rightly put off its answer."""
    if reading == "released":
        return is_fallback(first, released=True) and second.score > RELEASED_BAR
    return is_fallback(first) and right(second, truth, iou=weights.right_iou)
