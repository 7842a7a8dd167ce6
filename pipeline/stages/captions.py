"""Captions: the heavy stage. A captioner says of every frame what is to be seen in it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pipeline import prompts
from pipeline.engine.stage import Blobs, Lookup, Resources, Split, Stage, Table, Unit
from pipeline.models.captioner import CaptionFrame
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import captioner_revision, load_captioner
from pipeline.outcome import Failed, Kept, Outcome
from pipeline.recipe import CaptionerRuntime, DetectorCaptionerSettings, Identity, Recipe
from pipeline.records import Caption, Frame, Record, Screened, record
from pipeline.stages.windows import by_window, passed_by_window


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
        self, settings: DetectorCaptionerSettings, runtime: CaptionerRuntime, blobs: Blobs
    ) -> None:
        self._captioner = load_captioner(settings, runtime)
        self._blobs = blobs

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        windows = [
            sorted(unit.all(StoredFrame), key=lambda f: (f.pts_seconds, f.frame_index))
            for unit in units
        ]
        # Lazily, so that one window's JPEGs are in memory and not a pack's.
        loaded = ([self._load(frame) for frame in window] for window in windows)
        for window, captions in zip(windows, self._captioner.caption(loaded), strict=True):
            if isinstance(captions, ModelFailure):
                yield Failed(captions.error_class, captions.message)
                continue
            yield Kept(
                [
                    Caption(
                        id=frame.id,
                        video=frame.video,
                        frame_index=frame.frame_index,
                        pts_seconds=frame.pts_seconds,
                        text=caption.text,
                        objects=caption.objects,
                        captioner=self._captioner.label,
                    )
                    for frame, caption in zip(window, captions, strict=True)
                ]
            )

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


def stage(recipe: Recipe) -> Stage:
    """One caption a frame; a unit is a window of frames."""
    identity = recipe.identity
    primary, split, lookups = _reads(identity)
    return Stage(
        name="captions",
        version=1,
        primary=primary,
        split=split,
        lookups=lookups,
        writes=(Caption,),
        identity={
            "captions": identity.captions.model_dump(mode="json"),
            "captioner": identity.captioner.model_dump(mode="json"),
            "revision": captioner_revision(identity.captioner),
            "prompt": prompts.load(identity.captioner.prompt).sha256,
        },
        worker=partial(CaptionWorker, identity.captioner, recipe.runtime.captioner),
        resources=Resources(model=True),
        pack_units=1,
    )
