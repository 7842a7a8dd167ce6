"""What writers must answer, stage by stage; the JSON schemas sent to endpoints come from here."""

from collections import Counter
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pipeline.records import Bbox, check_bbox
from pipeline.tasks import Task


def _within_the_frame(bbox: Bbox) -> Bbox:
    check_bbox(bbox)
    return bbox


Place = Annotated[Bbox, AfterValidator(_within_the_frame)]
Words = Annotated[str, Field(min_length=1)]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class DraftQuestion(_Reply):
    """A question with its answer."""

    task: Task
    question: str
    answer: str
    frames: tuple[str, ...]
    """Ids of the frames of the group that the answer rests on, in time order."""


class QuestionsReply(_Reply):
    questions: tuple[DraftQuestion, ...]


class Criterion(StrEnum):
    """What a review asks of a question: VideoEspresso's figure 8, and that one answer is right."""

    CONSISTENT_WITH_FRAMES = "consistent_with_frames"
    NEEDS_SEVERAL_FRAMES = "needs_several_frames"
    NOT_SUBJECTIVE = "not_subjective"
    NARRATIVE_CONTINUITY = "narrative_continuity"
    UNIQUE_ANSWER = "unique_answer"


class DraftJudgement(_Reply):
    """One criterion, met or not, with a reason either way."""

    criterion: Criterion
    passed: bool
    reason: Words


class VerdictReply(_Reply):
    """A judgement on every criterion: what a judge does not look at has not passed."""

    judgements: tuple[DraftJudgement, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "VerdictReply":
        given = Counter(judgement.criterion for judgement in self.judgements)
        if wrong := [criterion.value for criterion in Criterion if given[criterion] != 1]:
            raise ValueError(f"needs one judgement each on {', '.join(wrong)}")
        return self


class DraftKeyItem(_Reply):
    """An object that the claims name."""

    item: Annotated[str, Field(pattern=r"^[\w-]+$")]
    """Its name in the claims, unique: `person_1`."""
    phrase: Words
    """What to look for in the frame: `person`."""
    frame: str
    near: Place | None
    """Where it was seen, `[x1, y1, x2, y2]` normalised to 0..1, if that is known."""


class DraftClaim(_Reply):
    """One sentence; key items stand in it as `<obj>person_1</obj>`."""

    text: Words
    frames: Annotated[tuple[str, ...], Field(min_length=1)]
    """Ids of the frames that it speaks of: they give it its time."""


class EvidenceReply(_Reply):
    key_items: tuple[DraftKeyItem, ...]
    claims: tuple[DraftClaim, ...]
