"""Reviewing questions: the four criteria of VideoEspresso's filter (figure 8), by rule.

The rules look only at the text, the cited frames and what was detected in them, never at how a
question was made: they read the answer's words and check each against the boxes anew, so they
hold for any writer's statements about detectable things.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from pipeline.models.program.observations import Moment, centre_x, distinct, observe
from pipeline.models.program.reading import Statement, labels, read, times
from pipeline.models.program.wordings import Wordings, listed, seconds
from pipeline.models.replies import DraftJudgement, VerdictReply
from pipeline.models.writer import Request
from pipeline.records import Bbox

_OPINION: Final = re.compile(
    r"\b(beautiful|ugly|nice|best|worst|interesting|boring|probably|perhaps|maybe|might|seems?|"
    r"appears? to|likely|imagine|feel|think|believe|opinion|should)\b",
    re.IGNORECASE,
)
_ROUNDING: Final = 0.051
"""Times are written with one decimal."""
_SIDES: Final = {"left": (0.0, 0.42), "centre": (0.38, 0.62), "right": (0.58, 1.0)}
"""Where the centre may be for a side to be right: wider than where a writer may say so."""

Finding = tuple[bool, str, Mapping[str, Any]]


def write(request: Request) -> VerdictReply:
    """A judgement on every criterion."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    group = observe(inputs["frames"])
    cited = [moment for moment in group if moment.frame in set(inputs["cited"])]
    said = read(inputs["answer"])
    text = f"{inputs['question']} {inputs['answer']}"
    findings: dict[str, Finding] = {
        "consistent_with_frames": _consistent(said, cited),
        "needs_several_frames": _several(said, cited),
        "not_subjective": _factual(text),
        "narrative_continuity": _continuous(inputs["answer"], inputs["cited"], cited),
    }
    return VerdictReply(
        judgements=tuple(
            DraftJudgement(
                criterion=criterion,
                passed=passed,
                reason=wordings.say(criterion, kind, inputs["answer"], **slots),
            )
            for criterion, (passed, kind, slots) in findings.items()
        )
    )


def holds(said: Statement, moment: Moment) -> bool:
    """Whether a moment shows what a statement says, its time aside."""
    found = moment.of(said.label)
    if said.plural and len(distinct(found)) < 2:
        return False
    if said.side is not None:
        low, high = _SIDES[said.side]
        found = tuple(o for o in found if low <= centre_x(o.bbox) <= high)
    if said.relation is not None and said.other is not None:
        others = moment.of(said.other)
        return any(_related(said.relation, a.bbox, b.bbox) for a in found for b in others)
    return bool(found)


def _related(relation: str, a: Bbox, b: Bbox) -> bool:
    gap = max(a[0], b[0]) - min(a[2], b[2])
    match relation:
        case "to the left of":
            return centre_x(a) < centre_x(b)
        case "to the right of":
            return centre_x(a) > centre_x(b)
        case "apart from":
            return gap > 0
        case _:
            return gap < 0


def _consistent(said: Sequence[Statement], cited: Sequence[Moment]) -> Finding:
    if not said:
        return False, "nothing", {}
    for statement in said:
        meant = [
            m
            for m in cited
            if statement.seconds is None or abs(m.seconds - statement.seconds) <= _ROUNDING
        ]
        if not any(holds(statement, moment) for moment in meant):
            when = seconds(statement.seconds) if statement.seconds is not None else ""
            return False, "missing", {"names": statement.label, "time": when}
    return True, "met", {"names": listed(labels(said)), "frames": len(cited)}


def _several(said: Sequence[Statement], cited: Sequence[Moment]) -> Finding:
    if len(cited) < 2:
        return False, "one_frame", {}
    for moment in cited:
        if all(holds(statement, moment) for statement in said):
            return False, "one_suffices", {"time": seconds(moment.seconds)}
    return True, "met", {"frames": len(cited)}


def _factual(text: str) -> Finding:
    found = _OPINION.search(text)
    return (False, "opinion", {"word": found.group(0)}) if found else (True, "met", {})


def _continuous(answer: str, names: Sequence[str], cited: Sequence[Moment]) -> Finding:
    if not cited or [moment.frame for moment in cited] != list(names):
        return False, "disorder", {}
    told = times(answer)
    for time in told:
        if all(abs(m.seconds - time) > _ROUNDING for m in cited):
            return False, "outside", {"time": seconds(time)}
    if any(b < a for a, b in pairwise(told)):
        return False, "backwards", {}
    return True, "met", {"start": seconds(cited[0].seconds), "end": seconds(cited[-1].seconds)}
