"""Captions composed from detections: what is there, how many, and roughly where.

No language model is involved and none is claimed: the label says `detector`. Positions are
coarse on purpose, so that a box that trembles by a few pixels leaves the caption as it is and
semantic deduplication sees the same sentence.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby

from pipeline import prompts
from pipeline.models.captioner import Captioned, CaptionWindow, FrameCaption
from pipeline.models.coco import many, one
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import decode
from pipeline.models.ssd import SsdMobilenet
from pipeline.recipe import CaptionerRuntime, DetectorCaptionerSettings
from pipeline.records import Bbox, DetectedObject

_FOREGROUND = 0.12
"""Share of the frame's area from which an object is in the foreground (ours)."""
_BACKGROUND = 0.015
"""Share below which it is in the background (ours)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Objects of one label in one part of the frame: what the prompt words."""

    label: str
    count: int
    one: str
    """`a car`."""
    many: str
    """`cars`."""
    side: str
    """`left`, `centre` or `right`."""
    depth: str
    """`foreground`, `middle` or `background`."""


class DetectorCaptioner:
    """See `pipeline.models.captioner.Captioner`."""

    label = f"detector:{SSD_MOBILENET_V2_COCO.label}"

    def __init__(self, settings: DetectorCaptionerSettings, runtime: CaptionerRuntime) -> None:
        self._settings = settings
        self._batch_size = runtime.batch_size
        self._prompt = prompts.load(settings.prompt)
        self._ssd = SsdMobilenet()

    def caption(self, windows: Iterable[CaptionWindow]) -> Iterator[Captioned | ModelFailure]:
        return map(self._caption_window, windows)

    def _caption_window(self, window: CaptionWindow) -> Captioned | ModelFailure:
        captions: list[FrameCaption] = []
        for start in range(0, len(window.frames), self._batch_size):
            pictures = []
            for frame in window.frames[start : start + self._batch_size]:
                picture = decode(frame.id, frame.jpeg)
                if isinstance(picture, ModelFailure):
                    return picture
                pictures.append(picture)
            for objects in self._ssd(pictures, self._settings.min_score):
                captions.append(FrameCaption(describe(self._prompt, objects), tuple(objects)))
        return Captioned(tuple(captions))


def describe(prompt: prompts.Prompt, objects: Iterable[DetectedObject]) -> str:
    """The caption of a frame with these objects."""
    return prompt.render(clusters=[asdict(cluster) for cluster in clusters(objects)])


def clusters(objects: Iterable[DetectedObject]) -> list[Cluster]:
    """Objects by label and place: nearest first, then from left to right, then by name."""
    depths, sides = ("foreground", "middle", "background"), ("left", "centre", "right")
    places = sorted((_depth(o.bbox), _side(o.bbox), o.label) for o in objects)
    return [
        Cluster(label, len(list(same)), one(label), many(label), sides[side], depths[depth])
        for (depth, side, label), same in groupby(places)
    ]


def _side(bbox: Bbox) -> int:
    return min(int(3 * (bbox[0] + bbox[2]) / 2), 2)


def _depth(bbox: Bbox) -> int:
    area = (bbox[2] - bbox[0]) * (bbox[3] - bbox[1])
    return 0 if area >= _FOREGROUND else 1 if area >= _BACKGROUND else 2
