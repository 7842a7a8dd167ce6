"""`answers_<input>_<form>`: what the model says, asked in one form and shown what one input shows.

The stage sees no answer key: its views leave it out.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from pipeline import prompts
from pipeline.engine.stage import RECIPE, Blobs, Lookup, Resources, Stage, Table, Unit, by_column
from pipeline.harness.forms import Form
from pipeline.harness.models.baseline import Baseline
from pipeline.harness.rows import Given, Item, Said, Shown
from pipeline.llm.plain import PlainText
from pipeline.llm.session import Section, Session
from pipeline.models.loading import model_identity
from pipeline.models.writer import Reply
from pipeline.outcome import Kept, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe.evaluation import EvaluationSettings, ModelSettings, ProgramModelSettings
from pipeline.records import GroupFrame, Record, record
from pipeline.stages.model_resources import resources_of
from pipeline.stages.writing import PACK_UNITS, Ask, AskingWorker, FrameJpeg, Script, asking_worker

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
    views = [view for view in (CaptionedFrame, TimedFrame) if view in unit.rows]
    found = {frame.id: frame for frame in unit.all(views[0])}
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


def _script(form: Form, prompt: Prompt, unit: Unit) -> Script:
    item, frames = unit.one(Asked), group_frames(unit)
    if form not in item.forms:
        return Rejected(NOT_ASKED, f"{item.id} has no key for what the form {form} asks")
    reply = yield Ask(prompt, inputs_of(item, prompt), PlainText, frames)
    return Kept([said(item.id, len(frames), [reply])])


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
    frames: int,
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
        frames=frames,
        tokens_in=_total([p.tokens_in for p in made]),
        tokens_out=_total([p.tokens_out for p in made]),
        model_reported=made[-1].model_reported,
        requests=tuple(key for p in made for key in p.requests),
    )


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _baseline(
    stage: str, settings: Any, script: Callable[[Unit], Script], blobs: Blobs
) -> AskingWorker:
    return AskingWorker(stage, settings, Baseline(), blobs, script)


def lookups(frames: str, model: ModelSettings) -> tuple[Lookup, ...]:
    """The item and its frames, with their pictures only where the model sees."""
    shown = CaptionedFrame if model.sees == "captions" else TimedFrame
    views: list[type[Record]] = [shown, *([] if model.sees == "captions" else [FrameJpeg])]
    return (
        Lookup(Table(RECIPE, Item, Asked), "id", FramesGiven, "id"),
        *(Lookup(Table(frames, Shown, view), "id", FramesGiven, "frames") for view in views),
    )


def stage(settings: EvaluationSettings, label: str, form: Form, session: Session | None) -> Stage:
    """What is shown in, what is said out."""
    model, prompt = settings.identity.model, prompts.load(f"evaluation/{form}")
    name, script = f"answers_{label}_{form}", partial(_script, form, prompt)
    resources = Resources()
    if isinstance(model, ProgramModelSettings):
        worker: Callable[[Blobs], AskingWorker] = partial(_baseline, name, model, script)
    else:
        worker = partial(asking_worker, name, SECTION, model, script, session)
        resources = resources_of(model, settings.runtime.policy, PACK_UNITS)
    return Stage(
        name=name,
        version=1,
        primary=Table(f"frames_{label}", Given, FramesGiven),
        split=by_column("id"),
        lookups=lookups(f"frames_{label}", model),
        writes=(Said,),
        identity={"model": model_identity(model), "prompts": {prompt.id: prompt.sha256}},
        worker=worker,
        resources=resources,
        pack_units=PACK_UNITS,
    )
