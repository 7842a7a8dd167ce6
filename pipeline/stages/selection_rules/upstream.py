"""What earlier stages already decided about a question."""

from pipeline.stages.selection_rules.finding import Finding
from pipeline.stages.selection_rules.views import Case


def upstream(case: Case) -> Finding | None:
    """The review's rejection, a later stage's, or the stage that has no result."""
    judged = case.judged
    if judged is None:
        return _incomplete("verdicts")
    if not judged.passed:
        failed = [j for j in judged.judgements if not j.passed]
        # The human's word is the last judgement, and it outranks the judge's.
        judgement = failed[-1 if judged.overridden else 0]
        return Finding(judgement.criterion, judgement.reason, "verdicts")
    if case.rejected is not None:
        return Finding(case.rejected.reason, case.rejected.message, case.rejected.stage)
    if case.reasoned is None:
        return _incomplete("evidence")
    # Evidence names at least one key item, and grounding says of each where it is or why not.
    if not case.boxes and not case.unboxed:
        return _incomplete("grounding")
    if case.rolled_out and case.difficulty is None:
        return _incomplete("rollouts")
    return None


def _incomplete(stage: str) -> Finding:
    return Finding(
        "incomplete", f"the stage `{stage}` failed and has no result for this question", stage
    )
