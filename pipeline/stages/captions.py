"""Captions: the heavy stage. A captioner says of every frame what is to be seen in it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from pipeline.engine.stage import Blobs, Closing, Lookup, Split, Stage, Table, Unit
from pipeline.llm.session import Session
from pipeline.models.caption_prompt import caption_prompt
from pipeline.models.captioner import Captioned, CaptionFrame, CaptionWindow
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import captioner_revision, load_captioner, model_identity
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import (
    CaptionerRuntime,
    CaptionerSettings,
    DetectorCaptionerSettings,
    Identity,
    Recipe,
)
from pipeline.records import Caption, Frame, Record, Screened, record
from pipeline.stages.model_resources import model_resources
from pipeline.stages.windows import by_window, passed_by_window

_PACK_WINDOWS: Final = 4
"""Of a captioner that has several packs at work, each a window at a time: few enough that a dead
worker loses minutes."""


@record
class StoredFrame(Record):
    """A frame and where its JPEG lies."""

    id: str
    video: str
    frame_index: int
    pts_seconds: float
    sha256: str
    blob: str
    offset: int
    length: int


@record
class PassedFrame(Record):
    """A frame that the filters let through."""

    id: str
    video: str
    pts_seconds: float
    passed: bool


class CaptionWorker:
    """Holds the captioner and captions one window after another."""

    def __init__(
        self,
        settings: CaptionerSettings,
        runtime: CaptionerRuntime,
        session: Session | None,
        blobs: Blobs,
    ) -> None:
        self._captioner = load_captioner(settings, runtime, session)
        self._blobs = blobs

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        windows = [
            sorted(unit.all(StoredFrame), key=lambda f: (f.pts_seconds, f.frame_index))
            for unit in units
        ]
        # Lazily, so that a few windows' JPEGs are in memory and not a pack's.
        loaded = (
            CaptionWindow(unit.id, tuple(map(self._load, window)), unit.tried)
            for unit, window in zip(units, windows, strict=True)
        )
        for window, found in zip(windows, self._captioner.caption(loaded), strict=True):
            yield self._outcome(window, found)

    def close(self) -> None:
        if isinstance(self._captioner, Closing):
            self._captioner.close()

    def _outcome(self, window: Sequence[StoredFrame], found: Captioned | ModelFailure) -> Outcome:
        if isinstance(found, ModelFailure):
            return found.outcome()
        captions = [
            Caption(
                id=frame.id,
                video=frame.video,
                frame_index=frame.frame_index,
                pts_seconds=frame.pts_seconds,
                text=caption.text,
                objects=caption.objects,
                captioner=self._captioner.label,
            )
            for frame, caption in zip(window, found.captions, strict=True)
        ]
        return Kept(captions, usage=found.usage)

    def _load(self, frame: StoredFrame) -> CaptionFrame:
        jpeg = self._blobs.read(frame.blob, frame.offset, frame.length)
        return CaptionFrame(frame.id, frame.pts_seconds, jpeg)


def _reads(identity: Identity) -> tuple[Table[Any], Split, tuple[Lookup, ...]]:
    """All frames, or where a filter is on those that passed."""
    seconds = identity.captions.window_seconds
    frames = Table("frames", Frame, StoredFrame)
    if not identity.filters.any:
        return frames, by_window(seconds), ()
    passed = Table("screening", Screened, PassedFrame)
    return passed, passed_by_window(seconds), (Lookup(frames, "id", PassedFrame, "id"),)


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """One caption a frame; a unit is a window of frames."""
    identity = recipe.identity
    settings = identity.captioner
    frames = identity.captions.window_seconds * identity.frames.static_fps
    primary, split, lookups = _reads(identity)
    together = 1 if isinstance(settings, DetectorCaptionerSettings) else settings.frames_together
    resources = model_resources(recipe, "captioner", max(1, round(frames / together)))
    return Stage(
        name="captions",
        version=1,
        primary=primary,
        split=split,
        lookups=lookups,
        writes=(Caption,),
        identity={
            "captions": identity.captions.model_dump(mode="json"),
            **captioner_identity(settings),
        },
        worker=partial(CaptionWorker, settings, recipe.runtime.captioner, session),
        resources=resources,
        pack_units=_PACK_WINDOWS if resources.packs > 1 else 1,
    )


def captioner_identity(settings: CaptionerSettings) -> dict[str, Any]:
    """What of a captioner enters the stage's identity."""
    return {
        "captioner": model_identity(settings),
        "revision": captioner_revision(settings),
        "prompt": caption_prompt(settings).sha256,
    }
