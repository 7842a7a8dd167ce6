"""Reviewing questions at a pause by rule: each statement of the answer against the boxes anew."""

from collections import Counter
from collections.abc import Sequence

from pipeline.models.pause_replies import PauseVerdictReply
from pipeline.models.program.observations import Moment, distinct, observe
from pipeline.models.program.pause.checking import borne_out, needs_what_came_before
from pipeline.models.program.pause.reading import Said, read
from pipeline.models.program.verdicts import Finding, factual
from pipeline.models.program.wordings import Wordings, listed
from pipeline.models.replies import Criterion, DraftJudgement
from pipeline.models.writer import Request


def write(request: Request) -> PauseVerdictReply:
    """A judgement on every criterion."""
    inputs, wordings = request.inputs, Wordings(request.prompt)
    group = observe(inputs["frames"])
    cited = [moment for moment in group if moment.frame in set(inputs["cited"])]
    paused, earlier = group[-1], [moment for moment in cited if moment is not group[-1]]
    said = read(inputs["answer"])
    findings: dict[Criterion, Finding] = {
        Criterion.CONSISTENT_WITH_FRAMES: _consistent(said, paused, earlier),
        Criterion.NEEDS_SEVERAL_FRAMES: _several(said, paused, earlier),
        Criterion.NOT_SUBJECTIVE: factual(f"{inputs['question']} {inputs['answer']}"),
        Criterion.NARRATIVE_CONTINUITY: _continuous(inputs["cited"], cited, paused),
        Criterion.UNIQUE_ANSWER: _unique(said, paused, earlier),
    }
    return PauseVerdictReply(
        judgements=tuple(
            DraftJudgement(
                criterion=criterion,
                passed=passed,
                reason=wordings.say(criterion, kind, inputs["answer"], **slots),
            )
            for criterion, (passed, kind, slots) in findings.items()
        )
    )


def _consistent(said: Sequence[Said], paused: Moment, earlier: Sequence[Moment]) -> Finding:
    if not said:
        return False, "nothing", {}
    for one in said:
        if not borne_out(one, paused, earlier):
            when = "before" if one.before else "now"
            return False, "missing", {"name": one.label, "when": when}
    names = list(dict.fromkeys(one.label for one in said))
    return True, "met", {"names": listed(names)}


def _several(said: Sequence[Said], paused: Moment, earlier: Sequence[Moment]) -> Finding:
    if not earlier:
        return False, "one_frame", {}
    if not any(needs_what_came_before(one, paused) for one in said):
        return False, "one_suffices", {}
    return True, "met", {}


def _continuous(names: Sequence[str], cited: Sequence[Moment], paused: Moment) -> Finding:
    if not cited or [moment.frame for moment in cited] != list(names):
        return False, "disorder", {}
    return (True, "met", {}) if cited[-1] is paused else (False, "not_paused", {})


def _unique(said: Sequence[Said], paused: Moment, earlier: Sequence[Moment]) -> Finding:
    """Whether what the answer places could be another object of its label, placed elsewhere."""
    told = Counter((one.label, one.before) for one in said if not one.closer)
    for one in said:
        if one.side is None or one.plural:
            continue
        for moment in earlier if one.before else [paused]:
            shown = sum(o.label == one.label for o in distinct(moment.certain))
            if shown > told[one.label, one.before]:
                return False, "ambiguous", {"name": one.label}
    return True, "met", {}
