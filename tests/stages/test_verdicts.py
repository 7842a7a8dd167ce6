from dataclasses import replace
from typing import Literal

import pytest

from pipeline.records import Question, Verdict
from pipeline.stages.verdicts import AskedQuestion, HumanDecision, stage
from tests.stages.units import kept, run, unit
from tests.stages.writing import BLOBS, GROUP, asked, recipe

STAGE = stage(recipe())
GOOD = asked()[0]
BAD = replace(GOOD, answer="At 0.0 seconds a zebra.")


def judge(question: Question, decision: HumanDecision | None = None) -> Verdict:
    view = AskedQuestion(
        id=question.id,
        video=question.video,
        group=question.group,
        task=question.task,
        question=question.question,
        answer=question.answer,
        frames=question.frames,
    )
    rows = [view, GROUP, *([decision] if decision else [])]
    (outcome,) = run(STAGE, BLOBS, unit(STAGE, question.id, *rows))
    (verdict,) = kept(outcome)
    assert isinstance(verdict, Verdict)
    return verdict


def human(
    action: Literal["keep", "reject"], reason: str | None = None, answer: str | None = None
) -> HumanDecision:
    return HumanDecision(id=GOOD.id, action=action, reason=reason, answer=answer)


@pytest.mark.parametrize("question", asked(), ids=lambda q: q.task.value)
def test_what_the_program_writes_passes_every_criterion(question: Question) -> None:
    verdict = judge(question)
    assert verdict.passed
    assert not verdict.overridden
    assert (verdict.id, verdict.answer) == (question.id, question.answer)
    assert [j.criterion for j in verdict.judgements] == [
        "consistent_with_frames",
        "needs_several_frames",
        "not_subjective",
        "narrative_continuity",
        "unique_answer",
    ]
    assert all(j.passed and j.reason for j in verdict.judgements)


def test_what_does_not_pass_is_kept_with_its_reasons() -> None:
    verdict = judge(BAD)
    assert not verdict.passed
    (broken,) = [j for j in verdict.judgements if j.criterion == "consistent_with_frames"]
    assert not broken.passed
    assert "zebra" in broken.reason


def test_a_human_keeps_what_the_judge_turned_down() -> None:
    verdict = judge(BAD, human("keep"))
    assert verdict.passed
    assert verdict.overridden
    assert verdict.answer == BAD.answer
    assert verdict.provenance.answer_source == "derived"


def test_a_human_corrects_an_answer() -> None:
    verdict = judge(GOOD, human("keep", answer="The person walks past."))
    assert verdict.answer == "The person walks past."
    assert verdict.provenance.answer_source == "human"


def test_a_human_rejects_what_the_judge_let_pass() -> None:
    verdict = judge(GOOD, human("reject", "the two men are the same person"))
    assert not verdict.passed
    assert verdict.overridden
    last = verdict.judgements[-1]
    assert (last.criterion, last.passed, last.reason) == (
        "override",
        False,
        "the two men are the same person",
    )
