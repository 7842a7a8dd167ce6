"""The offline detector: a phrase finds the boxes of the COCO class that it names."""

from collections.abc import Iterable, Iterator

from pipeline.models.coco import label_for
from pipeline.models.detector import Detected, DetectionRequest, ScoredBox
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import decode
from pipeline.models.ssd import SsdMobilenet
from pipeline.recipe import SsdDetectorSettings


class SsdDetector:
    """See `pipeline.models.detector.Detector`. A phrase that names no class finds nothing."""

    label = f"ssd:{SSD_MOBILENET_V2_COCO.label}"

    def __init__(self, settings: SsdDetectorSettings) -> None:
        self._settings = settings
        self._ssd = SsdMobilenet()

    def detect(self, requests: Iterable[DetectionRequest]) -> Iterator[Detected | ModelFailure]:
        return map(self._detect, requests)

    def _detect(self, request: DetectionRequest) -> Detected | ModelFailure:
        labels = [label_for(phrase) for phrase in request.phrases]
        if not any(labels):
            return Detected(((),) * len(labels))
        picture = decode(request.frame, request.jpeg)
        if isinstance(picture, ModelFailure):
            return picture
        (found,) = self._ssd([picture], self._settings.min_score)
        most = self._settings.max_candidates
        return Detected(
            tuple(
                tuple(ScoredBox(o.bbox, o.score) for o in found if o.label == label)[:most]
                for label in labels
            )
        )
