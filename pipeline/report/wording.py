"""Codes in words, where a code alone would send the reader to the documentation."""

from typing import Final

INCOMPLETE: Final = "incomplete"
"""The reason of a question that selection turns down because a stage failed on it."""
WITHOUT_BOX: Final = {
    "not_found": "the detector found nothing of the kind",
    "below_score": "nothing was found with the score asked for",
    "taken": "what was found is another key item",
    "elsewhere": "what was found is not where the writer saw it",
}
"""Why a key item has no box."""


def keeping(stage: str, reason: str) -> str:
    """What stands between a question's rejection and a human's `keep`; empty where nothing does."""
    if reason == INCOMPLETE:
        return f"A stage failed on it: `demitasse retry` tries {stage} again; a keep does not."
    if stage == "evidence":
        return "A keep alone does not bring it back: it has no evidence."
    if stage == "grounding":
        return "A keep alone does not bring it back: it needs a box that is right."
    if stage == "publish":
        return "A keep does not bring it back: it would repeat a question of the test split."
    return ""
