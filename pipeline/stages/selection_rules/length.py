"""Texts that say nothing, and texts that never stop."""

from pipeline.recipe import SelectionSettings
from pipeline.stages.selection_rules.finding import Finding, Text


def empty_text(text: Text, settings: SelectionSettings) -> Finding | None:
    """A text with fewer than `min_chars` characters that are no space."""
    for name, words in text.parts:
        count = len("".join(words.split()))
        if count < settings.min_chars:
            return Finding(
                "empty_text",
                f"the {name} has {count} characters, fewer than {settings.min_chars}",
            )
    return None


def too_long(text: Text, settings: SelectionSettings) -> Finding | None:
    """A question or an answer over its limit; evidence may take the room that it needs."""
    for name, words, most in (
        ("question", text.question, settings.max_question_chars),
        ("answer", text.answer, settings.max_answer_chars),
    ):
        if len(words) > most:
            return Finding("too_long", f"the {name} has {len(words)} characters, more than {most}")
    return None
