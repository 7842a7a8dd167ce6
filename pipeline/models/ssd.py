"""SSD MobileNet v2 on COCO, run by OpenCV's `dnn` on the CPU.

Liu et al., "SSD: Single Shot MultiBox Detector" (2016); Sandler et al., "MobileNetV2" (2018).
It was trained on photographs taken at eye level and is small: what it sees is a hint, and its
scores say how strong a one.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.models.coco import LABELS
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO
from pipeline.models.picture import Pixels
from pipeline.records import Bbox, DetectedObject

_GRAPH_TEXT = "ssd_mobilenet_v2_coco_2018_03_29.pbtxt"
_INPUT = (300, 300)
_DIGITS = 4
"""Decimals kept of scores and coordinates: a tenth of a pixel of the largest frames stored.
The bits below differ between processors and would change every key downstream."""


class SsdMobilenet:
    """The loaded network, on one thread; a picture's bits do not depend on its batch (tested)."""

    def __init__(self) -> None:
        folder = SSD_MOBILENET_V2_COCO.locate()
        cv2.setNumThreads(1)
        self._net = cv2.dnn.readNetFromTensorflow(
            str(folder / SSD_MOBILENET_V2_COCO.weights), str(folder / _GRAPH_TEXT)
        )

    def __call__(self, pictures: Sequence[Pixels], min_score: float) -> list[list[DetectedObject]]:
        """For each picture all objects with at least that score, best first."""
        # The graph scales and shifts its input itself; it wants red-green-blue.
        batch = cv2.dnn.blobFromImages(list(pictures), size=_INPUT, swapRB=True, crop=False)
        self._net.setInput(batch)
        rows = np.asarray(self._net.forward(), np.float64).reshape(-1, 7).round(_DIGITS)
        found: list[list[DetectedObject]] = [[] for _ in pictures]
        for picture, class_id, score, *corners in rows.tolist():
            bbox = clip(corners)
            if bbox is not None and score >= min_score and int(class_id) in LABELS:
                seen = DetectedObject(label=LABELS[int(class_id)], bbox=bbox, score=score)
                found[int(picture)].append(seen)
        return [sorted(seen, key=lambda o: (-o.score, o.label, o.bbox)) for seen in found]


def clip(corners: list[float]) -> Bbox | None:
    """The part inside the frame, or None where there is none: SSD's boxes reach beyond."""
    x1, y1, x2, y2 = (min(max(v, 0.0), 1.0) for v in corners)
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None
