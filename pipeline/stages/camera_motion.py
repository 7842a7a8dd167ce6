"""`camera_motion`: how the camera moved between sampled frames; thresholds are `routes`'.

Ego-ST Bench asks about routes that people annotated. Here turns and the way ahead are measured,
and published with every question that rests on them.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline.engine.stage import Blobs, Membership, Split, Stage, Table, Unit
from pipeline.outcome import Failed, Kept, Outcome
from pipeline.recipe import CameraMotionSettings, Recipe
from pipeline.records import CameraMove, Frame, Record, record
from pipeline.stages.windows import by_window

_WINDOW_SECONDS: Final = 60.0


@record
class StoredPicture(Record):
    """Where a frame's JPEG lies."""

    id: str
    video: str
    pts_seconds: float
    sha256: str
    blob: str
    offset: int
    length: int


class MotionWorker:
    """Follows one window's pictures after another's, with two of them in memory."""

    def __init__(self, settings: CameraMotionSettings, blobs: Blobs) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._settings = settings
        self._blobs = blobs

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield self._follow(sorted(unit.all(StoredPicture), key=lambda f: (f.pts_seconds, f.id)))

    def _follow(self, frames: Sequence[StoredPicture]) -> Outcome:
        from dataclasses import asdict

        from pipeline.media.camera_motion import features_of, motion_between

        rows: list[CameraMove] = []
        before = None
        for i, frame in enumerate(frames):
            seen = features_of(self._blobs.read(frame.blob, frame.offset, frame.length))
            if seen is None:
                return Failed(
                    "UndecodableImage",
                    f"the {frame.length} bytes stored for frame {frame.id} are not a picture",
                )
            if before is not None:
                motion = motion_between(before, seen, self._settings.field_of_view)
                rows.append(
                    CameraMove(
                        id=frame.id,
                        video=frame.video,
                        start_seconds=frames[i - 1].pts_seconds,
                        end_seconds=frame.pts_seconds,
                        **asdict(motion),
                    )
                )
            before = seen
        return Kept(rows)


def by_window_and_next(seconds: float) -> Split:
    """Units of `by_window`, each with the first frame of the video's next one.

    The move across a border belongs to the window that it comes from, so every move is in one.
    """
    windows = by_window(seconds)

    def assign(table: pa.Table) -> Membership:
        ids, rows = windows.assign(table)
        if not len(rows):
            return Membership(ids, rows)
        names = np.asarray(ids.to_pylist(), object)
        videos = np.asarray(table["video"].to_pylist(), object)
        order = np.lexsort((table["pts_seconds"].to_numpy(), videos))
        earlier, later = order[:-1], order[1:]
        border = (videos[earlier] == videos[later]) & (names[earlier] != names[later])
        more = np.concatenate([names, names[earlier[border]]])
        return Membership(
            pa.array(more.tolist(), pa.string()), np.concatenate([rows, later[border]])
        )

    return Split(windows.columns, assign)


def stage(recipe: Recipe) -> Stage:
    """The moves of one window of frames."""
    settings = recipe.identity.camera_motion
    return Stage(
        name="camera_motion",
        version=1,
        primary=Table("frames", Frame, StoredPicture),
        split=by_window_and_next(_WINDOW_SECONDS),
        writes=(CameraMove,),
        identity=settings.model_dump(mode="json"),
        worker=partial(MotionWorker, settings),
        pack_units=2,
    )
