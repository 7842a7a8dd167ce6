"""Known motion in, measured motion out; the tolerances are what was measured, with some room."""

import cv2
import numpy as np
import pytest

from pipeline.media.camera_motion import NOTHING, Motion, features_of, motion_between
from tests.panorama import FIELD_OF_VIEW, HEIGHT, WIDTH, Picture, view, wall

WALL = wall()


def jpeg(picture: Picture) -> bytes:
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    return data.tobytes()


def between(before: Picture, after: Picture, field_of_view: float = FIELD_OF_VIEW) -> Motion:
    first, second = features_of(jpeg(before)), features_of(jpeg(after))
    assert first is not None and second is not None
    return motion_between(first, second, field_of_view)


@pytest.mark.parametrize("turn", [0, 2, -10, 20, -40])
def test_a_turn_is_measured_to_a_fifth_of_a_degree(turn: float) -> None:
    motion = between(view(WALL, 33), view(WALL, 33 + turn))
    assert motion.yaw_degrees == pytest.approx(turn, abs=0.2)
    assert motion.forward == pytest.approx(0, abs=0.01)
    assert motion.shake_degrees < 0.2
    assert motion.confidence > 0.6


@pytest.mark.parametrize("zoom", [1.02, 1.1, 1.3, 0.9])
def test_going_ahead_is_growth_and_no_turn(zoom: float) -> None:
    motion = between(view(WALL, 33), view(WALL, 33, zoom))
    assert motion.forward == pytest.approx(zoom - 1, abs=0.005)
    assert motion.yaw_degrees == pytest.approx(0, abs=0.1)
    assert motion.confidence > 0.8


def test_a_turn_while_going_ahead_is_both() -> None:
    motion = between(view(WALL, 33), view(WALL, 18, 1.2))
    assert motion.yaw_degrees == pytest.approx(-15, abs=0.1)
    assert motion.forward == pytest.approx(0.2, abs=0.01)


def test_noise_on_the_picture_costs_little() -> None:
    draw = np.random.default_rng(0)
    one, other = (
        np.clip(view(WALL, a) + draw.normal(0, 12, (HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
        for a in (33, 45)
    )
    motion = between(one, other)
    assert motion.yaw_degrees == pytest.approx(12, abs=0.2)
    assert motion.confidence > 0.7


def test_across_a_cut_nothing_is_believed() -> None:
    assert between(view(WALL, 33), view(WALL, 200)).confidence < 0.2


def test_a_turn_out_of_sight_is_not_believed() -> None:
    assert between(view(WALL, 33), view(WALL, 33 + FIELD_OF_VIEW)).confidence < 0.2


def test_pure_noise_and_a_plain_wall_tell_nothing() -> None:
    draw = np.random.default_rng(0)
    one, other = (draw.integers(0, 255, (HEIGHT, WIDTH, 3)).astype(np.uint8) for _ in (0, 1))
    assert between(one, other).confidence < 0.1
    plain = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    assert between(plain, plain) == NOTHING


def test_a_field_of_view_that_is_wrong_scales_the_turn() -> None:
    motion = between(view(WALL, 33), view(WALL, 43), field_of_view=50)
    assert motion.yaw_degrees == pytest.approx(6.8, abs=0.5)


def test_what_is_no_picture_has_no_features() -> None:
    assert features_of(b"") is None
    assert features_of(b"no picture") is None


def test_one_thing_that_moves_on_a_plain_ground_is_not_believed() -> None:
    ground = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    pair = [ground.copy(), ground.copy()]
    for i, picture in enumerate(pair):
        picture[80:150, 150 + 12 * i : 240 + 12 * i] = view(WALL, 33)[80:150, 150:240]
    assert between(pair[0], pair[1]).confidence < 0.5


def test_the_same_pictures_give_the_same_numbers() -> None:
    pair = view(WALL, 33), view(WALL, 40, 1.05)
    assert between(*pair) == between(*pair)
