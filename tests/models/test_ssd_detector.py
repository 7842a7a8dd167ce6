from functools import cache

from pipeline.models.detector import DetectionRequest
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import load_detector
from pipeline.models.ssd_detector import SsdDetector
from pipeline.recipe import DetectorRuntime, SsdDetectorSettings
from tests.models.detected import boxes_of
from tests.shots import Shot, shots


@cache
def detector(max_candidates: int = 8) -> SsdDetector:
    found = load_detector(SsdDetectorSettings(max_candidates=max_candidates), DetectorRuntime())
    assert isinstance(found, SsdDetector)
    return found


def ask(shot: Shot, *phrases: str) -> DetectionRequest:
    return DetectionRequest("f", shot.jpeg, phrases)


def test_each_phrase_gets_the_boxes_of_its_class() -> None:
    (found,) = detector().detect([ask(shots()[5], "bike", "man", "person", "unicorn")])
    assert not isinstance(found, ModelFailure)
    bike, man, person, unicorn = boxes_of(found)
    assert bike and man and man == person and not unicorn
    assert [b.score for b in bike] == sorted((b.score for b in bike), reverse=True)


def test_a_phrase_finds_the_same_alone_and_in_company() -> None:
    (alone,) = detector().detect([ask(shots()[5], "car")])
    _, company = detector().detect([ask(shots()[6], "dog"), ask(shots()[5], "bicycle", "car")])
    assert not isinstance(alone, ModelFailure) and not isinstance(company, ModelFailure)
    assert boxes_of(alone)[0] == boxes_of(company)[1]


def test_no_more_candidates_than_asked_for() -> None:
    (many,) = detector().detect([ask(shots()[2], "car")])
    (few,) = detector(1).detect([ask(shots()[2], "car")])
    assert not isinstance(many, ModelFailure) and not isinstance(few, ModelFailure)
    assert len(boxes_of(many)[0]) > 1
    assert boxes_of(few)[0] == boxes_of(many)[0][:1]


def test_a_frame_that_is_no_picture_fails_alone() -> None:
    bad = DetectionRequest("f", b"garbage", ("car",))
    broken, good = detector().detect([bad, ask(shots()[0], "car")])
    assert isinstance(broken, ModelFailure)
    assert not isinstance(good, ModelFailure)


def test_the_label_names_kind_model_and_revision() -> None:
    assert detector().label == "ssd:ssd-mobilenet-v2-coco@2a8d8a89"
