"""Detections: every box that a detector proposes for a phrase on a frame, thresholds aside."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Final

from pipeline.engine.stage import Blobs, Closing, Lookup, Resources, Stage, Table, Unit, by_column
from pipeline.llm.session import Session
from pipeline.models.box_check import CheckRequest, Similarity
from pipeline.models.detector import Detected, DetectionRequest, ScoredBox
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import (
    clip_revision,
    detection_prompt,
    detector_revision,
    load_box_check,
    load_detector,
    model_identity,
)
from pipeline.outcome import NOTHING, Kept, Outcome
from pipeline.recipe import DetectorRuntime, Identity, Recipe
from pipeline.records import Candidate, Frame, Mention, Record, record
from pipeline.stages.model_resources import model_resources

_PACK_MENTIONS: Final = 32
"""Of a pack; each is a call where an endpoint detects."""


@record
class Wanted(Record):
    """A phrase to look for on a frame."""

    id: str
    video: str
    frame: str
    phrase: str


@record
class StoredFrame(Record):
    """A frame and where its JPEG lies."""

    id: str
    sha256: str
    blob: str
    offset: int
    length: int


class DetectionWorker:
    """Holds the detector and the box check. Mentions sort by frame, so those of a frame come
    together."""

    def __init__(
        self, identity: Identity, runtime: DetectorRuntime, session: Session | None, blobs: Blobs
    ) -> None:
        self._detector = load_detector(identity.detector, runtime, session)
        self._check = load_box_check(identity.clip, runtime)
        self._blobs = blobs

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        frames = [list(same) for _, same in groupby(units, key=lambda u: u.one(Wanted).frame)]
        requests = (self._request(same) for same in frames)
        for same, found in zip(frames, self._detector.detect(requests), strict=True):
            if isinstance(found, ModelFailure):
                yield from (found.outcome() for _ in same)
                continue
            checked = self._checked(same, found)
            usage = found.usage
            for unit, boxes, similar in zip(same, found.boxes, checked, strict=True):
                yield replace(self._outcome(unit, boxes, similar), usage=usage)
                usage = NOTHING  # what the frame took is counted once

    def _outcome(
        self,
        unit: Unit,
        boxes: Sequence[ScoredBox] | ModelFailure,
        similar: Sequence[Similarity | None] | ModelFailure,
    ) -> Outcome:
        if isinstance(boxes, ModelFailure):
            return boxes.outcome()
        if isinstance(similar, ModelFailure):
            return similar.outcome()
        return Kept(self._candidates(unit, boxes, similar))

    def close(self) -> None:
        if isinstance(self._detector, Closing):
            self._detector.close()

    def _checked(
        self, units: Sequence[Unit], found: Detected
    ) -> Sequence[Sequence[Similarity | None] | ModelFailure]:
        """For each phrase the similarities of its boxes; none where no CLIP is configured."""
        boxes = [() if isinstance(b, ModelFailure) else b for b in found.boxes]
        if self._check is None or not any(boxes):
            return [[None] * len(of_phrase) for of_phrase in boxes]
        request = self._request(units)
        places = tuple(tuple(box.bbox for box in of_phrase) for of_phrase in boxes)
        asked = CheckRequest(request.frame, request.jpeg, request.phrases, places)
        (checked,) = self._check.check([asked])
        if isinstance(checked, ModelFailure):
            return [checked for _ in units]
        return checked.similarities

    def _candidates(
        self,
        unit: Unit,
        boxes: Sequence[ScoredBox],
        similarities: Sequence[Similarity | None],
    ) -> list[Candidate]:
        mention = unit.one(Wanted)
        return [
            Candidate(
                id=f"{mention.id}#{rank}",
                mention=mention.id,
                video=mention.video,
                bbox=box.bbox,
                score=box.score,
                clip_similarity=similar.crop if similar else None,
                clip_frame=similar.frame if similar else None,
                clip_random=similar.random if similar else None,
                detector=self._detector.label,
            )
            for rank, (box, similar) in enumerate(zip(boxes, similarities, strict=True), 1)
        ]

    def _request(self, units: Sequence[Unit]) -> DetectionRequest:
        frame = units[0].one(StoredFrame)
        jpeg = self._blobs.read(frame.blob, frame.offset, frame.length)
        phrases = tuple(u.one(Wanted).phrase for u in units)
        return DetectionRequest(frame.id, jpeg, phrases, tuple(u.tried for u in units))


def _resources(recipe: Recipe) -> Resources:
    resources = model_resources(recipe, "detector", _PACK_MENTIONS)
    if recipe.identity.clip.model is not None and resources.gpus == 0:
        return replace(resources, gpus=recipe.runtime.detector.gpus)
    return resources


def stage(recipe: Recipe, session: Session | None = None) -> Stage:
    """Candidates of every mention; one pass of the detector serves all phrases of a frame."""
    identity = recipe.identity
    clip, prompt = identity.clip, detection_prompt(identity.detector)
    return Stage(
        name="detections",
        version=2,
        primary=Table("evidence", Mention, Wanted),
        split=by_column("id"),
        lookups=(Lookup(Table("frames", Frame, StoredFrame), "id", Wanted, "frame"),),
        writes=(Candidate,),
        identity={
            "detector": model_identity(identity.detector),
            "revision": detector_revision(identity.detector),
            "prompt": prompt and prompt.sha256,
            "clip": clip_revision(clip) and {"model": clip.model, "revision": clip_revision(clip)},
        },
        worker=partial(DetectionWorker, identity, recipe.runtime.detector, session),
        resources=_resources(recipe),
        pack_units=_PACK_MENTIONS,
    )
