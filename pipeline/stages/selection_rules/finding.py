"""What rules look at, and what they answer."""

from dataclasses import dataclass
from typing import NamedTuple


class Finding(NamedTuple):
    """Why a question is not published."""

    reason: str
    """A short code, counted in the card."""
    message: str
    """One sentence about this question."""
    stage: str = "selection"
    """Where it was found out."""


@dataclass(frozen=True)
class Text:
    """The words of a question that the rules judge."""

    question: str
    answer: str
    evidence: str

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Each text with its name in messages."""
        return (
            ("question", self.question),
            ("answer", self.answer),
            ("evidence", self.evidence),
        )
