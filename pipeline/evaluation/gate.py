r"""Whether a first answer is sure enough to stop there, as VideoAuto-R1 decides.

    confidence = exp(mean log-probability of the tokens of the first answer)

The answer is the content of the first box, normalised: of multiple choice the letter alone, so that
`B` and `(B) a red car` are asked the same. Where the first box is missing, holds the fallback
sentence, or gives no letter, the confidence is -1. At the threshold or above, generation ends
there; 0.97 is that of the released evaluation, its demonstration with Qwen3-VL uses 0.98.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from pipeline.evaluation.answers.boxed import boxes
from pipeline.evaluation.answers.grammars import is_fallback
from pipeline.evaluation.answers.letter import normal_text, read_choice
from pipeline.evaluation.answers.parsed import Unparsed
from pipeline.evaluation.choices import read_label
from pipeline.evaluation.tokens import Token, joined, touching

THRESHOLD: Final = 0.97
NO_CONFIDENCE: Final = -1.0


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure a model is of its first answer."""

    value: float
    """0 to 1, or -1 where there is no answer to be sure of."""
    answer: str | None
    """Normalised; None where the value is -1."""
    tokens: int = 0
    """Of the answer: those whose log-probabilities were averaged."""
    fallback: bool = False
    """The model says that it wants to reason first."""

    def exits(self, threshold: float = THRESHOLD) -> bool:
        """The first answer stands, and nothing more is generated."""
        return self.value >= threshold


@dataclass(frozen=True, slots=True)
class GateSummary:
    """What the gate did over several questions."""

    questions: int
    thought: int
    """Questions that were reasoned about."""
    fallbacks: int
    unanswered: int
    """First answers that could not be read and are no fallback."""
    tokens: float
    """Generated per question on average, those left out by the gate not counted."""

    @property
    def think_rate(self) -> float:
        """Share of questions that were reasoned about, 0 to 1."""
        return self.thought / self.questions if self.questions else 0.0


def confidence(
    tokens: Sequence[Token], *, options: Sequence[str] = (), letter: bool = False
) -> Confidence:
    """How sure a model is of the first box that its tokens spell.

    Args:
        tokens: of the reply from its beginning; what comes after the first box does not count.
        options: of a multiple choice question, whose letter alone is then the answer.
        letter: the answer is a letter though its options are not known.
    """
    text = joined(tokens)
    found = boxes(text.partition("<think>")[0])
    if not found or not found[0].content:
        return Confidence(NO_CONFIDENCE, None)
    box = found[0]
    if is_fallback(box.content) or is_fallback(box.content, released=True):
        return Confidence(NO_CONFIDENCE, None, fallback=True)
    answer, start = box.content, text.index(box.content, box.at)
    end = start + len(answer)
    if options or letter:
        choice = read_choice(box.content, options)
        if isinstance(choice, Unparsed):
            return Confidence(NO_CONFIDENCE, None)
        answer, place = choice.value, _letter_at(box.content, choice.value, options)
        if place is not None:
            start, end = start + place, start + place + 1
    spelled = touching(tokens, start, end)
    return Confidence(math.exp(fmean(t.logprob for t in spelled)), answer, len(spelled))


def _letter_at(content: str, letter: str, options: Sequence[str]) -> int | None:
    """Where the letter stands in a box; None where an option's text stands for it."""
    if any(normal_text(read_label(option)[1]) == normal_text(content) for option in options):
        return None
    found = (
        re.search(rf"(?<![A-Za-z]){wanted}(?![A-Za-z])", content)
        for wanted in (letter, letter.lower())
    )
    return next((match.start() for match in found if match), None)


def summarise(gates: Sequence[tuple[Confidence, int]], threshold: float = THRESHOLD) -> GateSummary:
    """What the gate did.

    Args:
        gates: the confidence of each question and the tokens generated for it in all: up to the
            first box where it exits, else to the end of the reply.
    """
    none = [found for found, _ in gates if found.answer is None]
    return GateSummary(
        questions=len(gates),
        thought=sum(not found.exits(threshold) for found, _ in gates),
        fallbacks=sum(found.fallback for found in none),
        unanswered=sum(not found.fallback for found in none),
        tokens=fmean(tokens for _, tokens in gates) if gates else 0.0,
    )
