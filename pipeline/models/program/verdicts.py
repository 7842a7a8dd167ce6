"""Reviewing questions: the four criteria of VideoEspresso's filter (figure 8), by rule.

The rules look only at the text, the cited frames and what was detected in them, never at how a
question was made, so they hold for any writer's questions about detectable things.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pipeline.models.program.mentions import mentioned
from pipeline.models.program.sightings import Moment, moments
from pipeline.models.program.wordings import Wordings, listed, seconds
from pipeline.models.replies import DraftJudgement, VerdictReply
from pipeline.models.writer import Request

_OPINION: Final = re.compile(
    r"\b(beautiful|ugly|nice|best|worst|interesting|boring|probably|perhaps|maybe|might|seems?|"
    r"appears? to|likely|imagine|feel|think|believe|opinion|should)\b",
    re.IGNORECASE,
)
_CHANGE: Final = re.compile(
    r"\b(first|then|later|finally|closer|further|apart|larger|smaller|from|before|after|moves?|"
    r"comes?)\b",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"\b(\d+(?:\.\d+)?) seconds\b")
_ROUNDING: Final = 0.051
"""Times are written with one decimal."""

Finding = tuple[bool, str, Mapping[str, Any]]


def write(request: Request) -> VerdictReply:
    """A judgement on every criterion."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    group = moments(inputs["frames"])
    cited = [moment for moment in group if moment.frame in set(inputs["cited"])]
    text = f"{inputs['question']} {inputs['answer']}"
    findings: dict[str, Finding] = {
        "consistent_with_frames": _consistent(inputs["answer"], cited),
        "needs_several_frames": _several(inputs["answer"], cited),
        "not_subjective": _factual(text),
        "narrative_continuity": _continuous(text, inputs["cited"], cited, group),
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


def _consistent(answer: str, cited: Sequence[Moment]) -> Finding:
    seen = {label for moment in cited for label in moment.labels}
    named = mentioned(answer)
    missing = [label for label in named if label not in seen]
    if missing:
        return False, "missing", {"names": listed(missing)}
    if not named:
        return False, "nothing", {}
    return True, "met", {"names": listed(named), "frames": len(cited)}


def _several(answer: str, cited: Sequence[Moment]) -> Finding:
    named = set(mentioned(answer))
    if len(cited) < 2:
        return False, "one_frame", {}
    enough = [moment for moment in cited if named <= moment.labels]
    if enough and not _CHANGE.search(answer):
        return False, "one_suffices", {"time": seconds(enough[0].seconds)}
    return True, "met", {"frames": len(cited)}


def _factual(text: str) -> Finding:
    found = _OPINION.search(text)
    return (False, "opinion", {"word": found.group(0)}) if found else (True, "met", {})


def _continuous(
    text: str, names: Sequence[str], cited: Sequence[Moment], group: Sequence[Moment]
) -> Finding:
    if [moment.frame for moment in cited] != list(names):
        return False, "disorder", {}
    low, high = group[0].seconds - _ROUNDING, group[-1].seconds + _ROUNDING
    outside = [t for t in map(float, _TIME.findall(text)) if not low <= t <= high]
    if outside:
        return False, "outside", {"time": seconds(outside[0])}
    return True, "met", {"start": seconds(cited[0].seconds), "end": seconds(cited[-1].seconds)}
