"""Published pictures with their faces covered, on a face that a camera saw."""

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from pipeline.media.cover import Area
from pipeline.media.looks import phash_of
from pipeline.media.pictures import encode_jpeg
from pipeline.models.face_detector import Face, FaceDetector
from pipeline.publish.faces import area_around, face_cover
from pipeline.publish.published import PublishedFrame
from pipeline.publish.reading import samples
from pipeline.recipe import FaceBlurSettings, PublishSettings
from pipeline.records import CoreFrame
from pipeline.stages.publish import models, stage
from pipeline.store import BlobStore
from tests.publish.publishing import publish, recipe, tree
from tests.publish.samples import jpeg, sample
from tests.stages.units import store_jpegs
from tests.street import DRIVER, street

BLUR: dict[str, Any] = {"test_fraction": 0.5, "blur_faces": FaceBlurSettings()}
SIZES = ((640, 272), (64, 48))


def stored(folder: Path) -> tuple[BlobStore, tuple[CoreFrame, ...], tuple[bytes, ...]]:
    """A store with a picture of a face and one without, their frames and their bytes."""
    data = (encode_jpeg(street(), 90), jpeg(90))
    blobs, places = store_jpegs(folder, list(data))
    frames = tuple(
        CoreFrame(
            frame=f"v1/f{30 * n}",
            frame_index=30 * n,
            pts_seconds=float(n),
            width=width,
            height=height,
            caption=f"picture {n}",
            **place,
        )
        for n, (place, (width, height)) in enumerate(zip(places, SIZES, strict=True))
    )
    return blobs, frames, data


def published(folder: Path, name: str = "dataset", **settings: Any) -> Path:
    """A dataset of four samples that all show the face."""
    blobs, frames, _ = stored(folder / "store")
    dataset = folder / name
    publish(blobs, dataset, [sample(n, frames) for n in range(4)], given=recipe(**settings))
    return dataset


def frames_of(dataset: Path) -> tuple[PublishedFrame, ...]:
    return next(iter(samples(dataset))).core_frames


def test_the_face_is_gone_and_recorded(tmp_path: Path) -> None:
    frame = frames_of(published(tmp_path, **BLUR))[0]
    assert frame.image is not None
    ((left, top, right, bottom),) = frame.blurred
    assert left * 640 <= DRIVER[0] < DRIVER[2] <= right * 640
    assert top * 272 <= DRIVER[1] < DRIVER[3] <= bottom * 272
    shown = cv2.imdecode(np.frombuffer(frame.image.bytes, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert FaceDetector(FaceBlurSettings(min_score=0.4))(np.asarray(shown, np.uint8)) == []
    middle = shown[35:65, 275:300].astype(float)
    assert middle.std(axis=(0, 1)).max() < 3, "no feature of the face is left"


def test_hashes_are_those_of_the_bytes_that_are_published(tmp_path: Path) -> None:
    _, before, data = stored(tmp_path / "other")
    face, plain = frames_of(published(tmp_path, **BLUR))
    for frame in (face, plain):
        assert frame.image is not None
        assert frame.sha256 == hashlib.sha256(frame.image.bytes).hexdigest()
        assert frame.phash == phash_of(frame.image.bytes)
    assert face.sha256 != before[0].sha256
    assert plain.image is not None
    assert plain.image.bytes == data[1], "what has no face keeps its bytes"
    assert (plain.sha256, plain.blurred) == (before[1].sha256, ())


def test_publishing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert tree(published(tmp_path, "a", **BLUR)) == tree(published(tmp_path, "b", **BLUR))


def test_off_no_picture_changes_and_the_card_says_so(tmp_path: Path) -> None:
    _, _, data = stored(tmp_path / "other")
    dataset = published(tmp_path, test_fraction=0.5)
    face, plain = frames_of(dataset)
    assert [f.image.bytes for f in (face, plain) if f.image] == list(data)
    assert face.blurred == plain.blurred == ()
    for name in ("README.md", "croissant.json"):
        text = (dataset / name).read_text()
        assert "nothing was made unrecognisable" in text
        assert "covered for good" not in text


def test_on_the_card_counts_what_was_covered_and_names_the_model(tmp_path: Path) -> None:
    dataset = published(tmp_path, **BLUR)
    for name in ("README.md", "croissant.json"):
        text = (dataset / name).read_text()
        assert "4 areas on 4 of 8 core frames" in text
        assert "nothing was made unrecognisable" not in text
    card = (dataset / "README.md").read_text()
    assert "| publish | yunet | yunet-2023mar-int8bq@49f000ec" in card
    assert "| `publish.blur_faces.min_score` | 0.5 |" in card
    assert "`blurred` of a core frame" in card


def test_another_model_or_setting_publishes_again(tmp_path: Path) -> None:
    file = tmp_path / "yunet.onnx"

    def identity(**blur: Any) -> object:
        given = recipe(blur_faces=FaceBlurSettings(**blur))
        return stage(given, tmp_path / "d").identity

    file.write_bytes(b"one")
    one = identity(model=str(file))
    file.write_bytes(b"two")
    assert identity(model=str(file)) != one
    assert identity(margin=0.3) != identity()
    assert stage(recipe(), tmp_path / "d").identity != identity()


def test_a_model_s_place_is_not_told(tmp_path: Path) -> None:
    file = tmp_path / "yunet.onnx"
    file.write_bytes(b"one")
    given = recipe(blur_faces=FaceBlurSettings(model=str(file)))
    assert models(given.identity)[-1].model.startswith("yunet.onnx@")


def test_off_no_model_is_loaded() -> None:
    assert face_cover(recipe().identity) is None


def test_a_dataset_without_pictures_has_no_faces_to_cover() -> None:
    with pytest.raises(ValidationError, match="blur_faces needs frames: embed"):
        PublishSettings(frames="reference", blur_faces=FaceBlurSettings())


@pytest.mark.parametrize(
    ("face", "margin", "area"),
    [
        (Face(10.2, 20.8, 10, 20), 0.0, Area(10, 20, 21, 41)),
        (Face(10, 20, 10, 20), 0.5, Area(5, 10, 25, 50)),
        (Face(-5, -5, 10, 10), 0.0, Area(0, 0, 5, 5)),
        (Face(95, 75, 10, 10), 0.5, Area(90, 70, 100, 80)),
        (Face(-20, 5, 10, 10), 0.0, None),
    ],
)
def test_an_area_is_whole_pixels_of_the_picture(
    face: Face, margin: float, area: Area | None
) -> None:
    assert area_around(face, margin, 100, 80) == area
