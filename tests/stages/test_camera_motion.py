from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.outcome import Failed
from pipeline.recipe import CameraMotionSettings, Identity, Recipe
from pipeline.stages.camera_motion import StoredPicture, by_window_and_next, stage
from pipeline.store import BlobStore
from tests.media.test_camera_motion import WALL, jpeg
from tests.panorama import view
from tests.stages.units import kept, run, store_jpegs, unit


def stored(folder: Path, jpegs: list[bytes]) -> tuple[BlobStore, list[Any]]:
    blobs, places = store_jpegs(folder, jpegs)
    frames = [
        # Ids that sort otherwise than time does.
        StoredPicture(id=f"v/f{9 - i}", video="v", pts_seconds=0.5 * i, **place)
        for i, place in enumerate(places)
    ]
    return blobs, frames


def test_each_move_is_from_one_frame_to_the_next_in_time(tmp_path: Path) -> None:
    headings = (0, 10, 10, 4)
    blobs, frames = stored(tmp_path, [jpeg(view(WALL, h)) for h in headings])
    made = stage(Recipe(name="t"))
    (outcome,) = run(made, blobs, unit(made, "v/w0", *frames))
    moves = kept(outcome)
    assert [m.id for m in moves] == ["v/f8", "v/f7", "v/f6"]
    assert [(m.start_seconds, m.end_seconds) for m in moves] == [(0, 0.5), (0.5, 1), (1, 1.5)]
    assert [m.yaw_degrees for m in moves] == pytest.approx([10, 0, -6], abs=0.2)


def test_the_lens_is_a_setting(tmp_path: Path) -> None:
    blobs, frames = stored(tmp_path, [jpeg(view(WALL, h)) for h in (0, 10)])
    identity = Identity(camera_motion=CameraMotionSettings(field_of_view=100))
    made = stage(Recipe(name="t", identity=identity))
    (outcome,) = run(made, blobs, unit(made, "v/w0", *frames))
    assert kept(outcome)[0].yaw_degrees > 13


def test_one_frame_has_no_move_and_what_is_no_picture_fails(tmp_path: Path) -> None:
    blobs, frames = stored(tmp_path, [jpeg(view(WALL, 0)), b"no picture"])
    made = stage(Recipe(name="t"))
    alone, broken = run(made, blobs, unit(made, "a", frames[0]), unit(made, "b", *frames))
    assert kept(alone) == []
    assert isinstance(broken, Failed)
    assert broken.error_class == "UndecodableImage"


def test_a_window_reaches_to_the_next_one_s_first_frame_of_the_same_video() -> None:
    table = pa.table(
        {
            "video": pa.chunked_array([["w", "v", "v", "v", "w"]]),
            "pts_seconds": pa.chunked_array([[0.0, 70.0, 59.0, 1.0, 130.0]]),
        }
    )
    ids, rows = by_window_and_next(60.0).assign(table)
    found: dict[str, set[int]] = {}
    for name, row in zip(ids.to_pylist(), rows.tolist(), strict=True):
        found.setdefault(name, set()).add(row)
    assert found == {
        "v/w000000": {3, 2, 1},
        "v/w000001": {1},
        "w/w000000": {0, 4},
        "w/w000002": {4},
    }
