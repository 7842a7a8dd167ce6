from functools import cache

from pipeline import prompts
from pipeline.models.captioner import Captioned, CaptionFrame, CaptionWindow, FrameCaption
from pipeline.models.detector_captioner import DetectorCaptioner, clusters, describe
from pipeline.models.failure import ModelFailure
from pipeline.models.loading import load_captioner
from pipeline.recipe import CaptionerRuntime, DetectorCaptionerSettings
from pipeline.records import Bbox, DetectedObject
from tests.shots import shots

SETTINGS = DetectorCaptionerSettings()


@cache
def captioner() -> DetectorCaptioner:
    found = load_captioner(SETTINGS, CaptionerRuntime())
    assert isinstance(found, DetectorCaptioner)
    return found


def thing(label: str, bbox: Bbox) -> DetectedObject:
    return DetectedObject(label=label, bbox=bbox, score=0.9)


def words(*objects: DetectedObject) -> str:
    return describe(prompts.load(SETTINGS.prompt), objects)


NEAR_LEFT: Bbox = (0.05, 0.1, 0.45, 0.9)
MIDDLE: Bbox = (0.4, 0.4, 0.6, 0.7)
FAR_RIGHT: Bbox = (0.9, 0.4, 0.95, 0.5)


def test_objects_are_clustered_by_label_and_place_nearest_first() -> None:
    found = clusters(
        [
            thing("car", FAR_RIGHT),
            thing("car", (0.8, 0.4, 0.85, 0.5)),
            thing("person", MIDDLE),
            thing("bus", NEAR_LEFT),
        ]
    )
    assert [(c.label, c.count, c.side, c.depth) for c in found] == [
        ("bus", 1, "left", "foreground"),
        ("person", 1, "centre", "middle"),
        ("car", 2, "right", "background"),
    ]


def test_captions_say_what_how_many_and_where() -> None:
    assert words(thing("bus", NEAR_LEFT)) == "The frame shows a bus in the left foreground."
    assert words(thing("bus", NEAR_LEFT), thing("person", MIDDLE)) == (
        "The frame shows a bus in the left foreground and a person in the centre."
    )
    assert words(
        thing("oven", NEAR_LEFT), *[thing("person", MIDDLE)] * 2, *[thing("knife", FAR_RIGHT)] * 3
    ) == (
        "The frame shows an oven in the left foreground, two people in the centre and "
        "three knives in the right background."
    )
    assert words(*[thing("sheep", FAR_RIGHT)] * 4) == (
        "The frame shows several sheep in the right background."
    )


def test_a_frame_without_detections_claims_nothing() -> None:
    assert words() == "Nothing that the detector knows was found in this frame."


def test_trembling_boxes_leave_the_caption_as_it_is() -> None:
    x1, y1, x2, y2 = NEAR_LEFT
    moved = (x1 + 0.02, y1 - 0.02, x2 + 0.01, y2 + 0.02)
    assert words(thing("bus", NEAR_LEFT)) == words(thing("bus", moved))


def test_real_frames_are_captioned_with_the_objects_behind_the_words() -> None:
    frames = [CaptionFrame(f"v/f{s.frame_index}", s.pts_seconds, s.jpeg) for s in shots()]
    (window,) = captioner().caption([CaptionWindow("v/w0", tuple(frames))])
    captions = _whole(window)
    assert len(captions) == len(frames)
    for caption in captions:
        assert caption.text == words(*caption.objects)
        assert all(o.score >= SETTINGS.min_score for o in caption.objects)
    assert len({c.text for c in captions}) > 3
    windows = (CaptionWindow("v/w0", (f,)) for f in frames)
    one_by_one = [c for window in captioner().caption(windows) for c in _whole(window)]
    assert one_by_one == list(captions)


def test_a_frame_that_is_no_picture_fails_its_window_alone() -> None:
    bad = CaptionFrame("v/f1", 0.0, b"garbage")
    good = CaptionFrame("v/f2", 0.0, shots()[0].jpeg)
    windows = [CaptionWindow("v/w0", (good, bad)), CaptionWindow("v/w1", (good,))]
    first, second = captioner().caption(windows)
    assert isinstance(first, ModelFailure)
    assert not isinstance(second, ModelFailure)


def test_the_label_says_that_it_is_no_language_model() -> None:
    assert captioner().label == "detector:ssd-mobilenet-v2-coco@2a8d8a89"


def _whole(window: object) -> tuple[FrameCaption, ...]:
    assert isinstance(window, Captioned)
    return window.captions
