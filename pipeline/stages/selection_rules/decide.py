"""The rules in the order in which they are applied to the questions of one video."""

from collections.abc import Iterator, Sequence

from pipeline.recipe import SelectionSettings
from pipeline.stages.selection_rules.at_a_pause import findings_at
from pipeline.stages.selection_rules.duplicates import near_duplicates
from pipeline.stages.selection_rules.finding import Finding
from pipeline.stages.selection_rules.frames import frames_outside_group, single_frame
from pipeline.stages.selection_rules.leak import answer_leaked
from pipeline.stages.selection_rules.length import empty_text, too_long
from pipeline.stages.selection_rules.minhash import signature
from pipeline.stages.selection_rules.perspective import Perspective, perspective_drift
from pipeline.stages.selection_rules.route import route_findings
from pipeline.stages.selection_rules.upstream import upstream
from pipeline.stages.selection_rules.views import Case
from pipeline.stages.selection_rules.yes_no import excess_yes_no


def decide(
    settings: SelectionSettings, perspective: Perspective, cases: Sequence[Case]
) -> dict[str, Finding]:
    """Why questions are not published, by id; those that are do not stand in it.

    Rules that look at one question go first, so that a question which falls for itself neither
    takes another's place as its duplicate nor weighs in the share of yes and no.
    """
    found: dict[str, Finding] = {}
    for case in cases:
        finding = next(filter(None, _findings(settings, perspective, case, cases)), None)
        if finding:
            found[case.id] = finding
    left = [case for case in cases if case.id not in found]
    found |= near_duplicates(
        [case.id for case in left],
        {case.id: signature(f"{case.asked.question} {case.answer}") for case in left},
        frozenset(case.id for case in left if case.kept_by_human),
        settings.near_duplicate,
    )
    left = [case for case in left if case.id not in found]
    found |= excess_yes_no(
        {case.id: case.answer for case in left},
        frozenset(case.id for case in left if case.kept_by_human),
        settings.max_yes_no_share,
    )
    return found


def _findings(
    settings: SelectionSettings, perspective: Perspective, case: Case, cases: Sequence[Case]
) -> Iterator[Finding | None]:
    """What each rule says of one question, the most basic rule first."""
    cited, core = case.asked.frames, case.reasoned.core_frames if case.reasoned else ()
    yield upstream(case)
    yield frames_outside_group([*cited, *core], {frame.frame for frame in case.group.frames})
    if case.kept_by_human:
        return
    yield from route_findings(case, cases)
    yield empty_text(case.text, settings)
    yield too_long(case.text, settings)
    yield single_frame(cited, core)
    yield answer_leaked(case.text)
    yield perspective_drift(case.text, perspective)
    if case.stop is not None:
        yield from findings_at(case.stop, case, perspective)
