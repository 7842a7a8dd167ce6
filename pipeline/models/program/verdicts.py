"""Reviewing questions: the criteria of VideoEspresso's filter (figure 8) and one more, by rule.

The rules look only at the text, the cited frames and what was detected in them, never at how a
question was made: they read the answer's words and check each against the boxes anew, so they
hold for any writer's statements about detectable things.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from pipeline.models.program.checking import holds, sufficient
from pipeline.models.program.observations import Moment, distinct, observe
from pipeline.models.program.reading import Statement, labels, read, times
from pipeline.models.program.wordings import Wordings, listed, seconds
from pipeline.models.replies import Criterion, DraftJudgement, VerdictReply
from pipeline.models.writer import Request

_OPINION: Final = re.compile(
    r"\b(beautiful|ugly|nice|best|worst|interesting|boring|probably|perhaps|maybe|might|seems?|"
    r"appears? to|likely|imagine|feel|think|believe|opinion|should)\b",
    re.IGNORECASE,
)
_ROUNDING: Final = 0.051
"""Times are written with one decimal."""

Finding = tuple[bool, str, Mapping[str, Any]]


def write(request: Request) -> VerdictReply:
    """A judgement on every criterion."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    group = observe(inputs["frames"])
    cited = [moment for moment in group if moment.frame in set(inputs["cited"])]
    said = read(inputs["answer"])
    text = f"{inputs['question']} {inputs['answer']}"
    findings: dict[Criterion, Finding] = {
        Criterion.CONSISTENT_WITH_FRAMES: _consistent(said, cited),
        Criterion.NEEDS_SEVERAL_FRAMES: _several(said, cited),
        Criterion.NOT_SUBJECTIVE: factual(text),
        Criterion.NARRATIVE_CONTINUITY: _continuous(inputs["answer"], inputs["cited"], cited),
        Criterion.UNIQUE_ANSWER: _unique(said, cited),
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


def _consistent(said: Sequence[Statement], cited: Sequence[Moment]) -> Finding:
    if not said:
        return False, "nothing", {}
    for statement in said:
        if not any(holds(statement, moment) for moment in _meant(statement, cited)):
            when = seconds(statement.seconds) if statement.seconds is not None else ""
            return False, "missing", {"names": statement.label, "time": when}
    return True, "met", {"names": listed(labels(said)), "frames": len(cited)}


def _several(said: Sequence[Statement], cited: Sequence[Moment]) -> Finding:
    if len(cited) < 2:
        return False, "one_frame", {}
    enough = sufficient(said, cited)
    if enough is not None:
        return False, "one_suffices", {"time": seconds(enough.seconds)}
    return True, "met", {"frames": len(cited)}


def factual(text: str) -> Finding:
    """Whether a text states what can be seen, and no opinion or guess."""
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


def _unique(said: Sequence[Statement], cited: Sequence[Moment]) -> Finding:
    """Whether an object that the answer places could be another of its label, placed elsewhere."""
    spoken = Counter((s.seconds, s.label) for s in said)
    plural = {(s.seconds, s.label) for s in said if s.plural}
    for statement in said:
        placed = [statement.label] if statement.side or statement.relation else []
        for name in [*placed, *([statement.other] if statement.other else [])]:
            told = max(spoken[statement.seconds, name], 1)
            for moment in _meant(statement, cited):
                shown = sum(o.label == name for o in distinct(moment.certain))
                if shown > told and (statement.seconds, name) not in plural:
                    return False, "ambiguous", {"name": name, "time": seconds(moment.seconds)}
    return True, "met", {}


def _meant(statement: Statement, cited: Sequence[Moment]) -> list[Moment]:
    """The cited moments that a statement may speak of."""
    time = statement.seconds
    return [m for m in cited if time is None or abs(m.seconds - time) <= _ROUNDING]
