"""A stored frame as it is published where faces are covered."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.media.cover import Area, covered
from pipeline.media.pictures import encode_jpeg
from pipeline.models.face_detector import Face, FaceDetector
from pipeline.recipe import Identity
from pipeline.records import Bbox


@dataclass(frozen=True)
class Shown:
    """A picture, and what of it was covered."""

    jpeg: bytes
    covered: tuple[Bbox, ...] = ()
    """From top to bottom, then from left to right; normalised to 0..1 of the frame."""


class FaceCover:
    """Finds the faces on stored frames and covers them; the same bytes give the same bytes."""

    def __init__(self, detector: FaceDetector, margin: float, jpeg_quality: int) -> None:
        self._detector = detector
        self._margin = margin
        self._quality = jpeg_quality

    def __call__(self, jpeg: bytes) -> Shown:
        """The frame with its faces covered; one without faces keeps its bytes."""
        pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None, "what was stored as a JPEG is one"
        picture = np.asarray(pixels, np.uint8)
        height, width = picture.shape[:2]
        found = {area_around(f, self._margin, width, height) for f in self._detector(picture)}
        areas = sorted((a for a in found if a is not None), key=lambda a: (a.top, a))
        if not areas:
            return Shown(jpeg)
        boxes = tuple(
            (a.left / width, a.top / height, a.right / width, a.bottom / height) for a in areas
        )
        return Shown(encode_jpeg(covered(picture, areas), self._quality), boxes)


def face_cover(identity: Identity) -> FaceCover | None:
    """What covers faces as the recipe says; None where it does not say so.

    Raises:
        RecipeError: the model is no file, or no YuNet.
        MissingDependencyError: the embedded model's package is not installed.
    """
    settings = identity.publish.blur_faces
    if settings is None:
        return None
    return FaceCover(FaceDetector(settings), settings.margin, identity.frames.jpeg_quality)


def area_around(face: Face, margin: float, width: int, height: int) -> Area | None:
    """The whole pixels of a face and its surroundings, as far as they are on the picture.

    Args:
        margin: on each side, in widths and heights of the face.
        width: of the picture, as `height`.
    """
    beside, above = margin * face.width, margin * face.height
    area = Area(
        left=max(0, math.floor(face.left - beside)),
        top=max(0, math.floor(face.top - above)),
        right=min(width, math.ceil(face.left + face.width + beside)),
        bottom=min(height, math.ceil(face.top + face.height + above)),
    )
    return area if area.left < area.right and area.top < area.bottom else None
