"""`frames_selected`: the frames that matter to the question, told by their captions.

VideoEspresso's hybrid collaboration: a small captioner turns many frames into lines, a small
language model chooses among the lines, and only those frames go to the large model. Without a
language model it is the embedder that chooses: the captions nearest to the question.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from pipeline import prompts
from pipeline.engine.stage import RECIPE, Blobs, Lookup, Resources, Stage, Table, Unit, by_column
from pipeline.harness.models.replies import SelectionReply
from pipeline.harness.rows import CaptionTokens, Given, Item, Shown
from pipeline.harness.stages import captioned, sampled
from pipeline.llm.session import Session
from pipeline.models.embedder import Embedder
from pipeline.models.loading import embedder_revision, load_embedder, model_identity
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.prompts import Prompt
from pipeline.recipe import EmbedderSettings, ProgramWriterSettings
from pipeline.recipe.evaluation import EvaluationSettings
from pipeline.records import Caption, GroupFrame, Record, record
from pipeline.stages.model_resources import resources_of
from pipeline.stages.writing import PACK_UNITS, Ask, Script, asking_worker

PROMPT: Final = "evaluation/select"


@record
class Wanted(Record):
    """What is asked of which video."""

    id: str
    video: str
    question: str


@record
class Pool(Record):
    """The frames to choose from."""

    id: str
    frames: tuple[str, ...]


@record
class Line(Record):
    """What is on a frame."""

    id: str
    text: str


@record
class Tokens(Record):
    """What captioning took."""

    id: str
    video: str
    frames: int
    tokens: int


@dataclass(frozen=True)
class _Candidates:
    """The captioned frames of one item, in the order of time."""

    item: Wanted
    frames: tuple[Shown, ...]
    caption_tokens: int

    @classmethod
    def of(cls, unit: Unit) -> "_Candidates":
        shown = {row.id: row for row in unit.all(Shown)}
        lines = {row.id: row.text for row in unit.all(Line)}
        pool = unit.maybe(Pool)
        names = [name for name in (pool.frames if pool else ()) if name in lines]
        took = unit.all(Tokens)
        captioned = sum(row.frames for row in took)
        each = sum(row.tokens for row in took) / captioned if captioned else 0.0
        frames = tuple(replace(shown[name], caption=lines[name]) for name in names)
        return cls(unit.one(Wanted), frames, round(each * len(frames)))

    def none(self) -> Rejected:
        return Rejected("no_frames", f"no frame of {self.item.video} is there and captioned")

    def kept(self, names: Sequence[str], chooser_tokens: int) -> Kept:
        """What is shown: these frames in the order of time."""
        chosen = [frame for frame in self.frames if frame.id in set(names)]
        given = Given(
            id=self.item.id,
            video=self.item.video,
            frames=tuple(frame.id for frame in chosen),
            considered=len(self.frames),
            caption_tokens=self.caption_tokens,
            chooser_tokens=chooser_tokens,
        )
        return Kept([given, *chosen])


@dataclass(frozen=True)
class Nearest:
    """Chooses the captions nearest to the question, no caption twice."""

    embedder: Embedder
    most: int

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            found = _Candidates.of(unit)
            yield found.kept(self._chosen(found), 0) if found.frames else found.none()

    def _chosen(self, found: _Candidates) -> list[str]:
        first = {frame.caption: frame.id for frame in reversed(found.frames)}
        vectors = self.embedder.embed([found.item.question, *first])
        likeness = vectors[1:] @ vectors[0]
        order = np.argsort(-likeness, kind="stable")[: self.most]
        names = list(first.values())
        return [names[place] for place in order.tolist()]


def _nearest(embedder: EmbedderSettings, most: int, blobs: Blobs) -> Nearest:
    return Nearest(load_embedder(embedder), most)


def _script(prompt: Prompt, most: int, unit: Unit) -> Script:
    found = _Candidates.of(unit)
    if not found.frames:
        return found.none()
    frames = tuple(
        GroupFrame(
            frame=frame.id,
            frame_index=frame.frame_index,
            pts_seconds=frame.pts_seconds,
            scene=0,
            caption=frame.caption,
            objects=(),
        )
        for frame in found.frames
    )
    inputs = {"question": found.item.question, "most": most}
    reply = yield Ask(prompt, inputs, SelectionReply, frames)
    assert isinstance(reply.data, SelectionReply)
    names = tuple(dict.fromkeys(reply.data.frames))[:most]
    made = reply.provenance
    return found.kept(names, (made.tokens_in or 0) + (made.tokens_out or 0))


def stages(settings: EvaluationSettings, session: Session | None) -> list[Stage]:
    """Frames, their captions, and the choice among them."""
    fps = settings.identity.selector.fps
    return [
        sampled.stage("selector_frames", None, fps, settings.identity.pictures),
        captioned.stage(settings, session),
        _choice(settings, session),
    ]


def _choice(settings: EvaluationSettings, session: Session | None) -> Stage:
    identity, selector = settings.identity, settings.identity.selector
    worker: Callable[[Blobs], Any]
    facts: dict[str, Any] = {"max_frames": selector.max_frames}
    if isinstance(selector.chooser, ProgramWriterSettings):
        worker = partial(_nearest, identity.embedder, selector.max_frames)
        resources = Resources(model=True)
        facts |= {"embedder": identity.embedder.model_dump(mode="json")}
        facts["revision"] = embedder_revision(identity.embedder)
    else:
        prompt = prompts.load(PROMPT)
        script = partial(_script, prompt, selector.max_frames)
        worker = partial(
            asking_worker, "frames_selected", "writer", selector.chooser, script, session
        )
        resources = resources_of(selector.chooser, settings.runtime.writer, PACK_UNITS)
        facts |= {"chooser": model_identity(selector.chooser), "prompt": prompt.sha256}
    return Stage(
        name="frames_selected",
        version=1,
        primary=Table(RECIPE, Item, Wanted),
        split=by_column("id"),
        lookups=(
            Lookup(Table("selector_frames", Given, Pool), "id", Wanted, "id"),
            Lookup(Table("selector_frames", Shown, Shown), "id", Pool, "frames"),
            Lookup(Table("selector_captions", Caption, Line), "id", Pool, "frames"),
            Lookup(Table("selector_captions", CaptionTokens, Tokens), "video", Wanted, "video"),
        ),
        writes=(Given, Shown),
        identity=facts,
        worker=worker,
        resources=resources,
        pack_units=PACK_UNITS,
    )
