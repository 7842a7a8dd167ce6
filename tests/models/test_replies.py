"""What a writer may not answer: each would be a row that says less than it claims."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.models.replies import (
    Criterion,
    DraftClaim,
    DraftJudgement,
    DraftKeyItem,
    VerdictReply,
)


def judged(*criteria: Criterion) -> VerdictReply:
    return VerdictReply(
        judgements=tuple(DraftJudgement(criterion=c, passed=True, reason="So.") for c in criteria)
    )


def test_a_review_of_every_criterion() -> None:
    assert len(judged(*Criterion).judgements) == len(Criterion)


@pytest.mark.parametrize("left_out", Criterion)
def test_what_is_not_judged_has_not_passed(left_out: Criterion) -> None:
    rest = [criterion for criterion in Criterion if criterion is not left_out]
    with pytest.raises(ValidationError, match=f"one judgement each on {left_out}"):
        judged(*rest)
    with pytest.raises(ValidationError, match=rest[0]):
        judged(*Criterion, rest[0])


def test_a_criterion_of_the_judges_own_is_refused() -> None:
    own = [{"criterion": "lovely", "passed": True, "reason": "It is."}]
    with pytest.raises(ValidationError, match="criterion"):
        VerdictReply.model_validate({"judgements": own})


ITEM: dict[str, Any] = {"item": "dog_1", "phrase": "dog", "frame": "f", "near": (0, 0, 0.9, 0.9)}


@pytest.mark.parametrize(
    "changes",
    [
        {"item": ""},
        {"item": "<obj>dog</obj>"},
        {"phrase": ""},
        {"near": (0.9, 0.1, 0.1, 0.9)},
        {"near": (10, 10, 90, 90)},
        {"near": (0.5, 0.5, 0.5, 0.9)},
    ],
    ids=["no name", "tags", "no phrase", "inside out", "pixels", "no area"],
)
def test_a_key_item_has_a_name_a_phrase_and_a_box_or_none(changes: dict[str, Any]) -> None:
    assert DraftKeyItem.model_validate(ITEM)
    with pytest.raises(ValidationError, match=next(iter(changes))):
        DraftKeyItem.model_validate(ITEM | changes)


@pytest.mark.parametrize("changes", [{"frames": ()}, {"text": ""}])
def test_a_claim_says_something_of_a_frame(changes: dict[str, Any]) -> None:
    claim = {"text": "It runs.", "frames": ("f",)}
    assert DraftClaim.model_validate(claim)
    with pytest.raises(ValidationError, match=next(iter(changes))):
        DraftClaim.model_validate(claim | changes)
