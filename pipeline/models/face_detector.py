"""YuNet as OpenCV runs it: where faces are on a picture.

Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023). It finds faces from about 16
to 700 pixels of height on the pictures that are stored, upright ones that look at the camera or
half aside; it misses those turned away, covered, or smaller.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np

from pipeline.errors import RecipeError
from pipeline.models.embedded import YUNET_2023MAR_INT8BQ
from pipeline.models.picture import Pixels
from pipeline.recipe import FaceBlurSettings

_EMBEDDED: Final = {YUNET_2023MAR_INT8BQ.name: YUNET_2023MAR_INT8BQ}
_SMALLEST: Final = (32, 32)
"""Width and height of a picture that every YuNet takes."""


class Face(NamedTuple):
    """Where a face is, in pixels of the picture; it may reach beyond."""

    left: float
    top: float
    width: float
    height: float


class FaceDetector:
    """The loaded network, on one thread."""

    def __init__(self, settings: FaceBlurSettings) -> None:
        """Load the model that the recipe names.

        Raises:
            RecipeError: there is no such file, or it is no YuNet.
            MissingDependencyError: the embedded model's package is not installed.
        """
        file = _file(settings.model)
        cv2.setNumThreads(1)
        try:
            with _without_warnings():
                self._net = cv2.FaceDetectorYN.create(str(file), "", _SMALLEST, settings.min_score)
            self(np.zeros((*_SMALLEST, 3), np.uint8))
        except cv2.error as error:
            raise RecipeError(
                f"publish.blur_faces.model: {settings.model!r} is no YuNet that OpenCV "
                f"{cv2.__version__} reads; name an ONNX file of face_detection_yunet, 2023 or newer"
            ) from error

    def __call__(self, picture: Pixels) -> list[Face]:
        """All faces on the picture, best first."""
        height, width = picture.shape[:2]
        self._net.setInputSize((width, height))
        _, found = self._net.detect(picture)
        # A row is x, y, width, height, five landmarks and the score; OpenCV answers None for none.
        rows = [] if found is None else np.asarray(found, np.float64)[:, :4].tolist()
        return [Face(*row) for row in rows]


def face_detector_revision(settings: FaceBlurSettings) -> str:
    """SHA-256 of the model's file, which stands for it in keys; loads nothing.

    Raises:
        RecipeError: there is no such file.
    """
    if settings.model in _EMBEDDED:
        return _EMBEDDED[settings.model].sha256
    with _file(settings.model).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file(model: str) -> Path:
    if model in _EMBEDDED:
        return _EMBEDDED[model].locate() / _EMBEDDED[model].weights
    file = Path(model).expanduser()
    if not file.is_file():
        raise RecipeError(
            f"publish.blur_faces.model: {model!r} is no file here and no embedded model "
            f"({', '.join(_EMBEDDED)}); name an ONNX file of YuNet"
        )
    return file


@contextmanager
def _without_warnings() -> Iterator[None]:
    """OpenCV 5 warns that it runs on the processor, which is all that is asked of it.

    OpenCV 4 neither warns nor has the module.
    """
    logging = getattr(cv2.utils, "logging", None)
    if logging is None:
        yield
        return
    level = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        logging.setLogLevel(level)
