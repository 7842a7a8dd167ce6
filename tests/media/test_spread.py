from pathlib import Path

from pipeline.media.spread import Spread, spread
from pipeline.outcome import Failed
from tests.footage import bikes


def read(windows: tuple[float | None, ...], count: int | None, fps: float = 1.0) -> Spread:
    found = spread(bikes(), windows, count, fps, 64, 80)
    assert isinstance(found, Spread)
    return found


def seconds(found: Spread, window: int) -> list[float]:
    return [round(found.frames[index].seconds, 2) for index in found.windows[window]]


def test_a_number_of_frames_from_first_to_last() -> None:
    found = read((None,), 3)
    assert seconds(found, 0) == [0.0, 4.96, 9.96]
    assert seconds(read((None,), 1), 0) == [4.96]


def test_frames_a_second() -> None:
    assert seconds(read((None,), None, 0.5), 0) == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_a_window_ends_before_its_end_and_each_frame_is_read_once() -> None:
    found = read((2.0, None, 0.0), 2)
    assert seconds(found, 0) == [0.0, 1.96]
    assert seconds(found, 1) == [0.0, 9.96]
    assert found.windows[2] == ()
    assert len(found.frames) == 3


def test_more_frames_than_there_are_is_all_of_them() -> None:
    assert seconds(read((0.13,), 16), 0) == [0.0, 0.04, 0.08, 0.12]


def test_a_file_that_cannot_be_read_is_a_value(tmp_path: Path) -> None:
    path = tmp_path / "no.mp4"
    path.write_bytes(b"nothing")
    found = spread(path, (None,), 2, 1.0, 64, 80)
    assert isinstance(found, Failed)
    assert found.error_class == "Unreadable"
