import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.captioner import CaptionFrame
from pipeline.models.failure import ModelFailure
from pipeline.models.picture import Pixels
from pipeline.models.transformers_captioner.pictures import picture


def frame(height: int, width: int, bgr: tuple[int, int, int] = (10, 20, 200)) -> CaptionFrame:
    pixels = np.full((height, width, 3), bgr, np.uint8)
    return CaptionFrame("v/f1", 0.0, cv2.imencode(".jpg", pixels)[1].tobytes())


def shown(frame: CaptionFrame, most_pixels: int) -> Pixels:
    found = picture(frame, most_pixels)
    assert not isinstance(found, ModelFailure)
    return found


def test_colours_are_red_green_blue() -> None:
    assert np.allclose(shown(frame(8, 8), 1024)[0, 0], (200, 20, 10), atol=4)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1024, 40_000))
def test_frames_are_scaled_down_to_the_area_and_never_up(
    height: int, width: int, most: int
) -> None:
    found = shown(frame(height, width), most)
    if height * width <= most:
        assert found.shape[:2] == (height, width)
    else:
        assert found.shape[0] * found.shape[1] <= most
        # One side more in either direction would be too much.
        assert (found.shape[0] + 1) * (found.shape[1] + 1) > most or 1 in found.shape[:2]
        assert abs(found.shape[1] * height / width - found.shape[0]) <= 1 + height / width


def test_frames_of_one_size_come_out_alike() -> None:
    assert shown(frame(720, 1280), 448 * 448).shape == shown(frame(720, 1280), 448 * 448).shape


def test_what_is_no_picture_says_which_frame() -> None:
    found = picture(CaptionFrame("v/f7", 0.0, b"\xff\xd8 no"), 1024)
    assert isinstance(found, ModelFailure)
    assert (found.error_class, "v/f7" in found.message) == ("UndecodableImage", True)
