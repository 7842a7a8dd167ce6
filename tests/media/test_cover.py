import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.cover import Area, covered
from pipeline.media.pictures import Picture

AREA = Area(20, 10, 60, 50)


def noise(height: int = 60, width: int = 80) -> Picture:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def inside(picture: Picture, area: Area) -> Picture:
    return picture[area.top : area.bottom, area.left : area.right]


def test_nothing_outside_changes_and_the_middle_has_one_colour() -> None:
    picture = noise()
    made = covered(picture, [AREA])
    outside = np.ones(picture.shape[:2], bool)
    outside[AREA.top : AREA.bottom, AREA.left : AREA.right] = False
    assert (made[outside] == picture[outside]).all()
    mean = np.round(inside(picture, AREA).mean(axis=(0, 1)))
    assert (made[28:32, 38:42] == mean).all()
    assert (picture == noise()).all(), "the picture that was given is left alone"


def test_of_what_was_there_only_the_mean_is_left() -> None:
    """Any other content of the same mean gives the same picture."""
    picture, other = noise(), noise()
    shuffled = np.random.default_rng(1).permutation(inside(picture, AREA).reshape(-1, 3))
    inside(other, AREA)[:] = shuffled.reshape(40, 40, 3)
    assert not (other == picture).all()
    assert (covered(other, [AREA]) == covered(picture, [AREA])).all()


def test_a_neighbour_s_pixels_do_not_come_in_at_the_rim() -> None:
    """Of two faces side by side, neither leaves anything in the rim of the other."""
    picture, other = noise(), noise()
    areas = [AREA, Area(60, 10, 80, 50)]
    inside(other, areas[1])[:] = inside(picture, areas[1])[::-1]
    assert (covered(other, areas) == covered(picture, areas)).all()


@given(
    corner=st.tuples(st.integers(0, 79), st.integers(0, 59)),
    size=st.tuples(st.integers(1, 80), st.integers(1, 60)),
)
def test_every_area_of_the_picture_can_be_covered(
    corner: tuple[int, int], size: tuple[int, int]
) -> None:
    left, top = corner
    area = Area(left, top, min(80, left + size[0]), min(60, top + size[1]))
    picture = np.full((60, 80, 3), 90, np.uint8)
    inside(picture, area)[:] = 200
    made = covered(picture, [area])
    assert made.shape == picture.shape
    assert inside(made, area).min() >= 90
    assert (covered(picture, []) == picture).all()
