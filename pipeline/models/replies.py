"""What writers must answer, stage by stage; the JSON schemas sent to endpoints come from here."""

from pydantic import BaseModel, ConfigDict

from pipeline.records import Bbox
from pipeline.tasks import Task


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


class DraftJudgement(_Reply):
    """One criterion, met or not, with a reason either way."""

    criterion: str
    passed: bool
    reason: str


class VerdictReply(_Reply):
    judgements: tuple[DraftJudgement, ...]


class DraftKeyItem(_Reply):
    """An object that the claims name."""

    item: str
    """Its name in the claims, unique: `person_1`."""
    phrase: str
    """What to look for in the frame: `person`."""
    frame: str
    near: Bbox | None
    """Where it was seen, `[x1, y1, x2, y2]` normalised to 0..1, if that is known."""


class DraftClaim(_Reply):
    """One sentence; key items stand in it as `<obj>person_1</obj>`."""

    text: str
    frames: tuple[str, ...]


class EvidenceReply(_Reply):
    key_items: tuple[DraftKeyItem, ...]
    claims: tuple[DraftClaim, ...]
