"""The numbers of grounding benchmarks."""

import pytest

from pipeline.evaluation.graders.grade import Grade, grade
from pipeline.evaluation.graders.truth import truth
from pipeline.evaluation.grounding import summarise

TRUTH = truth("gqa", "A <> [0, 10]")


def test_a_run() -> None:
    replies = ["A <> [0, 10]", "A <> [5, 25]", "B <> [0, 5]", "A <> never"]
    found = summarise([grade(reply, TRUTH) for reply in replies])
    assert found is not None
    assert (found.questions, found.unparsed) == (4, 1)
    assert found.mean_iou == pytest.approx((1 + 5 / 25 + 0.5 + 0) / 4)
    assert found.iou_at == (0.5, 0.5, 0.25)
    assert found.mean_iop == pytest.approx((1 + 0.25 + 1 + 0) / 4)
    assert found.iop_at == (0.5, 0.5)
    assert (found.accuracy, found.acc_at_gqa) == (0.75, 0.25)


def test_times_alone_have_no_accuracy() -> None:
    found = summarise([grade("[0, 10]", truth("iou", "[0, 10]"))])
    assert found and (found.mean_iou, found.accuracy, found.acc_at_gqa) == (1, None, None)


def test_no_questions_and_other_questions() -> None:
    assert summarise([]) is None
    with pytest.raises(ValueError, match="no grounding question"):
        summarise([Grade(1, answer=True)])
