"""The rules for questions that are asked while the video stands still, in the order they apply."""

from collections.abc import Iterator

from pipeline.stages.selection_rules.address import pronoun_drift, side_of_the_screen
from pipeline.stages.selection_rules.concise import too_many_sentences
from pipeline.stages.selection_rules.finding import Finding, Text
from pipeline.stages.selection_rules.future import future_leak
from pipeline.stages.selection_rules.paused import Stop, in_words
from pipeline.stages.selection_rules.perspective import Perspective
from pipeline.stages.selection_rules.privileged import privileged_context
from pipeline.stages.selection_rules.views import Case
from pipeline.stages.selection_rules.visible import object_not_visible


def findings_at(stop: Stop, case: Case, perspective: Perspective) -> Iterator[Finding | None]:
    """What each of these rules says of one question."""
    text = Text(case.text.question, case.text.answer, in_words(case.text.evidence))
    yield future_leak(text, stop.point.question_seconds, stop.later)
    yield privileged_context(text)
    if perspective == "first_person":
        yield side_of_the_screen(text)
        yield pronoun_drift(text)
    yield object_not_visible(case.boxes, case.unboxed, {frame.frame for frame in case.group.frames})
    yield too_many_sentences(text.answer)
