"""What each stage asks and what it is to learn, in words that all formats share.

Stage 1 goes from pictures and question to the evidence; stage 2 gets the evidence behind the
question and goes to the answer (VideoEspresso, figure 5). The wording is ours, since theirs was
never published.
"""

from pipeline.publish.exports.wording import question
from pipeline.publish.published import SampleRow

_FIND = "Say what in the pictures helps to answer, with a box for each object that matters."
_ANSWER = "Answer the question from the pictures and the evidence."


def asked_for_evidence(row: SampleRow) -> str:
    """Stage 1: what is asked behind the pictures."""
    return f"{question(row)}\n{_FIND}"


def asked_for_answer(row: SampleRow, evidence: str) -> str:
    """Stage 2: what is asked behind the pictures.

    Args:
        evidence: as stage 1 teaches to write it.
    """
    return f"{question(row)}\nEvidence: {evidence}\n{_ANSWER}"
