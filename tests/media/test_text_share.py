"""The share of text, on drawn slides and on real footage."""

import cv2
import numpy as np
import pytest
from cv2.typing import MatLike

from pipeline.media.text_share import commonest, text_share
from tests.shots import shots
from tests.slides import SIZE, drawn, jpeg, typeset, with_picture

THEMES = [(255, 0), (20, 235), (238, 110), (90, 250)]
"""Ground and ink: light, dark, faint, and white on a middle tone."""


def stored(picture: MatLike) -> MatLike:
    """The picture after JPEG, which leaves its marks around letters."""
    grey = cv2.imdecode(np.frombuffer(jpeg(picture), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return grey


def footage() -> list[MatLike]:
    pictures = [cv2.imdecode(np.frombuffer(s.jpeg, np.uint8), 0) for s in shots()]
    return [picture for picture in pictures if picture is not None]


@pytest.mark.parametrize(("ground", "ink"), THEMES)
@pytest.mark.parametrize("scale", [0.5, 0.7, 1.0, 1.3])
def test_slides_drawn_in_several_sizes_are_text(scale: float, ground: int, ink: int) -> None:
    assert text_share(stored(drawn(scale, ground, ink))) > 0.9


@pytest.mark.parametrize(("ground", "ink"), THEMES)
@pytest.mark.parametrize("size", [12, 18, 24, 36])
def test_slides_in_a_book_s_face_are_text(size: int, ground: int, ink: int) -> None:
    assert text_share(stored(typeset(size, ground, ink))) > 0.9


def test_a_title_card_is_text() -> None:
    assert text_share(stored(typeset(40, 0, 255, ["", "Chapter Two"]))) > 0.9


def test_a_coloured_bar_and_a_rule_leave_a_slide_text() -> None:
    slide = typeset()
    slide = cv2.rectangle(slide.copy(), (0, 410), (767, 431), 80, -1)
    assert text_share(stored(cv2.line(slide, (40, 75), (720, 75), 80, 2))) > 0.8


@pytest.mark.parametrize("slide", [drawn(0.6), typeset(16), typeset(16, 20, 235)])
def test_a_picture_on_half_of_a_slide_makes_it_none(slide: MatLike) -> None:
    for picture in footage():
        assert text_share(stored(with_picture(slide, picture, 0.5))) < 0.1


def test_a_picture_on_a_third_of_a_slide_counts() -> None:
    slide = stored(typeset(16))
    assert text_share(slide) > 0.9
    for picture in footage():
        assert text_share(stored(with_picture(slide, picture, 0.33))) < 0.75


def test_street_scenes_are_no_text() -> None:
    assert max(text_share(picture) for picture in footage()) < 0.05


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_has_no_edges_and_no_text(level: int) -> None:
    assert text_share(np.full(SIZE, level, np.uint8)) == 0


def test_shapes_on_a_flat_ground_are_no_text() -> None:
    picture = np.full(SIZE, 230, np.uint8)
    cv2.circle(picture, (400, 200), 120, 60, -1)
    cv2.rectangle(picture, (50, 50), (250, 150), 0, 3)
    for i in range(6):
        cv2.line(picture, (40 + 100 * i, 400), (90 + 100 * i, 330), 20, 2)
    assert text_share(stored(picture)) < 0.1


def test_leaves_under_a_plain_sky_are_no_text() -> None:
    rng = np.random.default_rng(5)
    picture = np.full(SIZE, 210, np.uint8)
    leaves = cv2.resize(rng.integers(40, 200, (40, 256), np.uint8), (768, 100))
    picture[332:] = leaves
    assert text_share(stored(picture)) < 0.1


def test_no_flat_ground_no_text() -> None:
    slope = np.tile(np.linspace(0, 255, SIZE[1]).astype(np.uint8), (SIZE[0], 1))
    slide = np.minimum(slope, typeset())
    assert text_share(stored(slide)) == 0


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (16, 16), (2, 300)])
def test_the_smallest_pictures_are_no_trouble(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    assert 0 <= text_share(rng.integers(0, 255, size, np.uint8)) <= 1


def test_the_commonest_luma_is_found_give_or_take_a_few_levels() -> None:
    picture = np.array([[10, 12, 14, 200, 201, 90, 91, 92]], np.uint8)
    level, share = commonest(picture, 2)
    assert 10 <= level <= 14 and share == 3 / 8
    level, share = commonest(picture, 2, (picture > 150).astype(np.uint8))
    assert level >= 198 and share == 1
