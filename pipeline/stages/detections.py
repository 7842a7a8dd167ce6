"""Detections: every box that a detector proposes for a phrase on a frame, thresholds aside."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from pipeline.engine.stage import Blobs, Lookup, Resources, Stage, Table, Unit, by_column
from pipeline.models.detector import DetectionRequest
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import detector_revision, load_detector
from pipeline.outcome import Failed, Kept, Outcome
from pipeline.recipe import DetectorSettings, Recipe
from pipeline.records import Candidate, Frame, Mention, Record, record


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
    """Holds the detector. Mentions sort by frame, so those of a frame come together."""

    def __init__(self, settings: DetectorSettings, blobs: Blobs) -> None:
        self._detector = load_detector(settings)
        self._blobs = blobs

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        frames = [list(same) for _, same in groupby(units, key=lambda u: u.one(Wanted).frame)]
        requests = (self._request(same) for same in frames)
        for same, found in zip(frames, self._detector.detect(requests), strict=True):
            if isinstance(found, ModelFailure):
                yield from (Failed(found.error_class, found.message) for _ in same)
                continue
            for unit, boxes in zip(same, found, strict=True):
                mention = unit.one(Wanted)
                yield Kept(
                    [
                        Candidate(
                            id=f"{mention.id}#{rank}",
                            mention=mention.id,
                            video=mention.video,
                            bbox=box.bbox,
                            score=box.score,
                            clip_similarity=None,
                            detector=self._detector.label,
                        )
                        for rank, box in enumerate(boxes, 1)
                    ]
                )

    def _request(self, units: Sequence[Unit]) -> DetectionRequest:
        frame = units[0].one(StoredFrame)
        jpeg = self._blobs.read(frame.blob, frame.offset, frame.length)
        return DetectionRequest(frame.id, jpeg, tuple(u.one(Wanted).phrase for u in units))


def stage(recipe: Recipe) -> Stage:
    """Candidates of every mention; one pass of the detector serves all phrases of a frame."""
    settings = recipe.identity.detector
    return Stage(
        name="detections",
        version=1,
        primary=Table("evidence", Mention, Wanted),
        split=by_column("id"),
        lookups=(Lookup(Table("frames", Frame, StoredFrame), "id", Wanted, "frame"),),
        writes=(Candidate,),
        identity={
            "detector": settings.model_dump(mode="json"),
            "revision": detector_revision(settings),
        },
        worker=partial(DetectionWorker, settings),
        resources=Resources(model=True),
    )
