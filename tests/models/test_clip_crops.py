import numpy as np
import open_clip
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.models.clip_crops import Place, cut, elsewhere, place_of, whole
from pipeline.records import Bbox

EDGES = st.tuples(*[st.floats(0, 1, width=32).map(lambda v: round(v, 4))] * 4)


def boxes() -> st.SearchStrategy[Bbox]:
    ordered = EDGES.map(lambda e: (min(e[::2]), min(e[1::2]), max(e[::2]), max(e[1::2])))
    return ordered.filter(lambda b: b[0] < b[2] and b[1] < b[3])


@given(boxes(), st.integers(1, 2000), st.integers(1, 2000), st.text(max_size=4))
def test_both_places_are_of_one_size_and_inside(
    bbox: Bbox, width: int, height: int, frame: str
) -> None:
    box, other = place_of(bbox, width, height), elsewhere(frame, bbox, width, height)
    assert (other.width, other.height) == (box.width, box.height)
    for place in (box, other):
        assert place.width >= 1 and place.height >= 1
        assert 0 <= place.left <= place.left + place.width <= width
        assert 0 <= place.top <= place.top + place.height <= height


@pytest.mark.parametrize(
    ("bbox", "place"),
    [
        ((0.0, 0.0, 1.0, 1.0), Place(0, 0, 640, 272)),
        ((0.1, 0.25, 0.3, 0.5), Place(64, 68, 128, 68)),
        ((0.3, 0.5, 0.3001, 0.5001), Place(192, 136, 1, 1)),
        ((0.9999, 0.9999, 1.0, 1.0), Place(639, 271, 1, 1)),
        ((0.5, 0.0, 0.5011, 1.0), Place(320, 0, 1, 272)),
    ],
)
def test_a_box_in_pixels(bbox: Bbox, place: Place) -> None:
    assert place_of(bbox, 640, 272) == place


def test_a_random_place_is_the_same_each_time_and_another_for_another_frame_or_box() -> None:
    bbox = (0.1, 0.2, 0.3, 0.6)
    first = elsewhere("v/f1", bbox, 640, 272)
    assert elsewhere("v/f1", bbox, 640, 272) == first
    assert elsewhere("v/f2", bbox, 640, 272) != first
    assert elsewhere("v/f1", (0.1, 0.2, 0.3, 0.6001), 640, 272) != first


def test_a_random_place_keeps_away_from_the_box() -> None:
    """One draw would cover some of this box in a quarter of the frames, eight in none."""
    bbox = (0.4, 0.4, 0.6, 0.6)
    box = place_of(bbox, 640, 272)
    places = [elsewhere(f"f{i}", bbox, 640, 272) for i in range(300)]
    assert not any(place.overlap(box) for place in places)
    assert len(set(places)) > 290


def test_a_box_of_the_whole_frame_has_no_other_place() -> None:
    assert elsewhere("f", (0.0, 0.0, 1.0, 1.0), 640, 272) == Place(0, 0, 640, 272)


def test_overlap_counts_pixels_of_both() -> None:
    place = Place(10, 10, 10, 10)
    assert place.overlap(Place(15, 12, 10, 4)) == 20
    assert place.overlap(Place(20, 10, 5, 5)) == 0
    assert place.overlap(Place(0, 25, 50, 5)) == 0


def test_what_is_cut_out_is_whole_in_its_proportions_and_colours() -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[10:30, 20:24] = (255, 0, 0)  # blue-green-red
    square = cut(picture, Place(20, 10, 4, 20), (7, 8, 9))
    assert square.size == (20, 20)
    pixels = np.asarray(square)
    assert (pixels[:, 8:12] == (0, 0, 255)).all()
    assert (np.delete(pixels, np.s_[8:12], axis=1) == (7, 8, 9)).all()
    assert whole(picture) == Place(0, 0, 60, 40)


def test_clips_own_transform_leaves_a_long_crop_its_ends() -> None:
    """Of a crop that is not square it would take the middle."""
    picture = np.zeros((100, 40, 3), np.uint8)
    picture[:10], picture[90:] = (0, 0, 255), (0, 255, 0)
    transform = open_clip.image_transform(32, is_train=False, mean=(0, 0, 0), std=(1, 1, 1))
    bare = transform(Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])))
    made = transform(cut(picture, Place(0, 0, 40, 100), (0, 0, 0)))
    assert made[0, 0].max() > 0.9 and made[1, -1].max() > 0.9
    assert bare[:2].max() < 0.1
