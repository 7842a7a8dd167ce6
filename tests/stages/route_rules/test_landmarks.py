from pipeline.recipe import RoutesSettings
from pipeline.stages.route_rules.landmarks import landmarks
from pipeline.stages.route_rules.views import Captioned
from tests.stages.routing import captioned, thing

SETTINGS = RoutesSettings()


def names(*frames: Captioned) -> list[str]:
    return [mark.name for mark in landmarks(frames, SETTINGS)]


def test_landmarks_stand_in_the_order_in_which_they_come_near() -> None:
    frames = [
        captioned(0, objects=[thing("bench", 0.1), thing("clock", 0.3)]),
        captioned(1, objects=[thing("bench", 0.2), thing("clock", 0.3)]),
        captioned(2, objects=[thing("bench", 0.4)]),
        captioned(3, objects=[thing("couch", 0.4)]),
    ]
    found = landmarks(frames, SETTINGS)
    assert [(m.name, m.seconds) for m in found] == [("clock", 0.0), ("bench", 1.0), ("couch", 3.0)]
    assert found[1].frame == frames[1].id


def test_what_moves_is_no_landmark() -> None:
    assert names(captioned(0, objects=[thing("person"), thing("dog"), thing("car")])) == []


def test_what_comes_near_twice_is_none() -> None:
    frames = [captioned(s, objects=[thing("chair")]) for s in (0, 1, 10, 11)]
    assert names(*frames, captioned(5, objects=[thing("couch")])) == ["couch"]


def test_one_weak_box_is_none() -> None:
    assert names(captioned(0, objects=[thing("vase", score=0.6)])) == []
    assert names(*(captioned(s, objects=[thing("vase", score=0.6)]) for s in (0, 1))) == ["vase"]


def test_two_at_once_have_no_order_and_one_inside_the_other_s_time_neither() -> None:
    both = captioned(0, objects=[thing("chair"), thing("couch")])
    assert len(names(both)) == 1
    long = [captioned(s, objects=[thing("couch")]) for s in (0, 1, 3, 4)]
    inside = captioned(2, objects=[thing("couch"), thing("tv")])
    assert names(*long[:2], inside, *long[2:]) == ["couch"]


def test_captions_name_landmarks_where_no_frame_has_boxes() -> None:
    told = ["A bench by the road.", "A bench, then a stop sign.", "A stop sign."]
    frames = [captioned(i, text) for i, text in enumerate(told)]
    assert names(*frames) == ["bench", "stop sign"]
