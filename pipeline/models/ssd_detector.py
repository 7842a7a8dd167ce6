"""The offline detector: a phrase finds the boxes of the COCO class that it names."""

from collections.abc import Iterable, Iterator, Sequence

from pipeline.models.coco import label_for
from pipeline.models.detector import DetectionRequest, ScoredBox
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import decode
from pipeline.models.ssd import SsdMobilenet
from pipeline.recipe import DetectorSettings


class SsdDetector:
    """See `pipeline.models.detector.Detector`. A phrase that names no class finds nothing."""

    label = f"ssd:{SSD_MOBILENET_V2_COCO.label}"

    def __init__(self, settings: DetectorSettings) -> None:
        self._settings = settings
        self._ssd = SsdMobilenet()

    def detect(
        self, requests: Iterable[DetectionRequest]
    ) -> Iterator[Sequence[Sequence[ScoredBox]] | ModelFailure]:
        return map(self._detect, requests)

    def _detect(self, request: DetectionRequest) -> list[list[ScoredBox]] | ModelFailure:
        labels = [label_for(phrase) for phrase in request.phrases]
        if not any(labels):
            return [[] for _ in labels]
        picture = decode(request.frame, request.jpeg)
        if isinstance(picture, ModelFailure):
            return picture
        (found,) = self._ssd([picture], self._settings.min_score)
        return [
            [ScoredBox(o.bbox, o.score) for o in found if o.label == label][
                : self._settings.max_candidates
            ]
            for label in labels
        ]
