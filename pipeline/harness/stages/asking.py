"""What the stages that ask the evaluated model share: what they read, and the row they write."""

from collections.abc import Sequence
from typing import Any, Final

from pipeline.engine.stage import RECIPE, Lookup, Table, Unit
from pipeline.harness.forms import Form
from pipeline.harness.rows import Item, Said, Shown
from pipeline.llm.plain import PlainText
from pipeline.llm.session import Section
from pipeline.models.loading import model_identity
from pipeline.models.writer import Reply
from pipeline.outcome import Rejected
from pipeline.prompts import Prompt
from pipeline.recipe.evaluation import ModelSettings, ProgramModelSettings
from pipeline.records import GroupFrame, Record, record
from pipeline.stages.writing import FrameJpeg

SECTION: Final[Section] = "policy"
"""Under which a run knows the endpoint of the model."""
NOT_ASKED: Final = "not_of_this_form"
"""The item has no key for what the form asks, such as options to choose from."""


@record
class FramesGiven(Record):
    """What is shown, by id."""

    id: str
    frames: tuple[str, ...]


@record
class Asked(Record):
    """The item without its key."""

    id: str
    question: str
    options: tuple[str, ...]
    forms: tuple[str, ...]
    video_seconds: float | None


@record
class TimedFrame(Record):
    """A frame for a model that sees."""

    id: str
    pts_seconds: float


@record
class CaptionedFrame(Record):
    """A frame for a model that reads."""

    id: str
    pts_seconds: float
    caption: str


def group_frames(unit: Unit) -> tuple[GroupFrame, ...]:
    """The frames of a unit as scripts name them, in the order in which they are given."""
    read = CaptionedFrame in unit.rows
    rows: Sequence[CaptionedFrame | TimedFrame] = unit.all(CaptionedFrame if read else TimedFrame)
    found = {frame.id: frame for frame in rows}
    return tuple(
        GroupFrame(
            frame=name,
            frame_index=0,
            pts_seconds=found[name].pts_seconds,
            scene=0,
            caption=getattr(found[name], "caption", ""),
            objects=(),
        )
        for name in unit.one(FramesGiven).frames
    )


def identity_of(model: ModelSettings) -> Any:
    """What of the model's settings enters stage identities."""
    if isinstance(model, ProgramModelSettings):
        return model.model_dump(mode="json")
    return model_identity(model)


def not_asked(item: Asked, form: Form) -> Rejected | None:
    """Why an item is not asked in a form, if it is not."""
    if form in item.forms:
        return None
    return Rejected(NOT_ASKED, f"{item.id} has no key for what the form {form} asks")


def inputs_of(item: Asked, prompt: Prompt) -> dict[str, Any]:
    """What a prompt of a form is filled with, beside the frames."""
    values = {
        "question": item.question,
        "options": list(item.options),
        "seconds": item.video_seconds,
    }
    return {name: value for name, value in values.items() if name in prompt.inputs}


def said(
    item: str,
    frames: Sequence[GroupFrame],
    replies: Sequence[Reply],
    *,
    first: str | None = None,
    confidence: float | None = None,
    thought: bool = True,
) -> Said:
    """The row of the last reply, with what all of them took."""
    last = replies[-1].data
    assert isinstance(last, PlainText)
    made = [reply.provenance for reply in replies]
    return Said(
        id=item,
        text=last.text,
        finish_reason=last.finish_reason,
        first=first,
        confidence=confidence,
        thought=thought,
        frames=len(frames),
        tokens_in=_total([p.tokens_in for p in made]),
        tokens_out=_total([p.tokens_out for p in made]),
        model_reported=made[-1].model_reported,
        requests=tuple(key for p in made for key in p.requests),
    )


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def lookups(frames: str, model: ModelSettings) -> tuple[Lookup, ...]:
    """The item and its frames, with their pictures only where the model sees."""
    shown = CaptionedFrame if model.sees == "captions" else TimedFrame
    views: list[type[Record]] = [shown, *([] if model.sees == "captions" else [FrameJpeg])]
    return (
        Lookup(Table(RECIPE, Item, Asked), "id", FramesGiven, "id"),
        *(Lookup(Table(frames, Shown, view), "id", FramesGiven, "frames") for view in views),
    )
