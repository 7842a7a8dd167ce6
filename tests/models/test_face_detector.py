from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import RecipeError
from pipeline.models.embedded import SSD_MOBILENET_V2_COCO, YUNET_2023MAR_INT8BQ
from pipeline.models.face_detector import Face, FaceDetector, face_detector_revision
from pipeline.models.picture import Pixels
from pipeline.recipe import FaceBlurSettings
from tests.street import DRIVER, street

EMBEDDED = YUNET_2023MAR_INT8BQ


@cache
def detector() -> FaceDetector:
    return FaceDetector(FaceBlurSettings())


def faces(pixels: Pixels) -> list[Face]:
    return detector()(pixels)


def test_it_finds_the_face_in_the_street_and_no_other() -> None:
    (face,) = faces(street())
    left, top, right, bottom = DRIVER
    assert left - 8 < face.left < face.left + face.width < right + 8
    assert top - 8 < face.top < face.top + face.height < bottom + 8


def test_a_blank_picture_of_any_size_has_none() -> None:
    for size in ((1, 1), (31, 33), (272, 640), (768, 432)):
        assert faces(np.full((*size, 3), 128, np.uint8)) == []


def test_a_score_that_no_face_has_finds_none() -> None:
    assert FaceDetector(FaceBlurSettings(min_score=0.99))(street()) == []


def test_bits_depend_neither_on_threads_nor_on_what_came_before() -> None:
    alone = FaceDetector(FaceBlurSettings())(street())
    faces(np.full((90, 160, 3), 128, np.uint8))
    cv2.setNumThreads(2)
    try:
        assert faces(street()) == alone
    finally:
        cv2.setNumThreads(1)


def test_a_file_is_the_same_model_and_has_its_own_hash(tmp_path: Path) -> None:
    file = tmp_path / "yunet.onnx"
    file.write_bytes((EMBEDDED.locate() / EMBEDDED.weights).read_bytes())
    settings = FaceBlurSettings(model=str(file))
    assert FaceDetector(settings)(street()) == faces(street())
    assert face_detector_revision(settings) == EMBEDDED.sha256
    file.write_bytes(b"another")
    assert face_detector_revision(settings) != EMBEDDED.sha256


def test_a_model_that_is_not_there_is_told_in_one_sentence() -> None:
    settings = FaceBlurSettings(model="nowhere/yunet.onnx")
    for use in (face_detector_revision, FaceDetector):
        with pytest.raises(
            RecipeError, match=r"publish\.blur_faces\.model: 'nowhere/yunet\.onnx' is"
        ):
            use(settings)


@pytest.mark.parametrize("suffix", ["onnx", "pb"])
def test_what_is_no_yunet_is_told_in_one_sentence(tmp_path: Path, suffix: str) -> None:
    """An ONNX file that is none, and a network that finds other things."""
    file = tmp_path / f"other.{suffix}"
    network = SSD_MOBILENET_V2_COCO.locate() / SSD_MOBILENET_V2_COCO.weights
    file.write_bytes(b"no network" if suffix == "onnx" else network.read_bytes())
    with pytest.raises(RecipeError, match=r"is no YuNet that OpenCV \d"):
        FaceDetector(FaceBlurSettings(model=str(file)))
