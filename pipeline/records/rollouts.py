"""What a policy answered, and how hard that makes a question."""

from typing import Literal

from pipeline.records.base import Record, record
from pipeline.records.questions import Provenance

ProblemType = Literal["exact_match", "math", "iou", "gqa"]
"""What is asked: a letter or a text, a number, a stretch of time, a letter with its time."""


@record
class Span(Record):
    """A stretch of time that would be right, `[start, end)` on the container's clock."""

    start_seconds: float
    end_seconds: float


@record
class Rollout(Record):
    """One answer of the policy, in the form answer, reasoning, answer."""

    id: str
    """`<question>#<ordinal>`, from 1."""
    question: str
    video: str
    replicate: int
    """Of the sample, from 0."""
    first: str | None
    """The answer before the reasoning, as it was written; null where there is none."""
    last: str | None
    """The answer after the reasoning, likewise."""
    first_reward: float
    """How right the first answer is: 0 to 1, and to 2 for `gqa`."""
    last_reward: float
    """How right the last one is, likewise."""
    reward: float
    """The trainer's, over all parts: VideoAuto-R1's weights."""
    formed: bool
    """The reply has its form from beginning to end."""
    parsed: bool
    """The last answer could be read."""
    unparsed: str | None
    """Why it could not: a reason of `pipeline.evaluation.answers`."""
    right: bool
    """The last answer counts as right."""
    cut_off: bool
    """The reply reached the policy's `max_tokens`."""


@record
class Difficulty(Record):
    """How a policy fared at a question."""

    id: str
    """The question's id."""
    video: str
    problem_type: ProblemType
    problem: str
    """What was asked, its options left out."""
    solution: str
    """What is right: a bare letter, a number, `[12.3, 15.0]`, or `B <> [12.3, 15.0]`."""
    spans: tuple[Span, ...]
    """All stretches of time that would be right; none for `exact_match` and `math`."""
    samples: int
    """Answers of the policy."""
    right: int
    unparsed: int
    """Answers that could not be read; by the recipe they count as wrong, or not at all."""
    counted: int
    """Answers in the pass rate: all, or all that could be read."""
    pass_rate: float
    """Right ones of those counted, 0 to 1: the less, the harder."""
    mean_reward: float
    """Of all answers, as a trainer would give it."""
    frames: tuple[str, ...]
    """What the policy was given of the video, in time order."""
    provenance: Provenance
    """Of all answers together."""
