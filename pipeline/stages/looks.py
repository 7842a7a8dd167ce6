"""`looks`: what the sampled frames look like; thresholds over that are `screening`'s."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Final

from pipeline.engine.stage import Blobs, Stage, Table, Unit
from pipeline.outcome import Failed, Kept, Outcome
from pipeline.recipe import Recipe
from pipeline.records import Frame, Look, Record, record
from pipeline.stages.windows import by_window

_WINDOW_SECONDS: Final = 60.0
"""Not that of `captions`: what a frame looks like depends on no setting."""


@record
class StoredPicture(Record):
    """Where a frame's JPEG lies."""

    id: str
    video: str
    sha256: str
    blob: str
    offset: int
    length: int


class LookWorker:
    """Looks at one window's pictures after another's, with one of them in memory."""

    def __init__(self, blobs: Blobs) -> None:
        import cv2

        from pipeline.media.looks import looks_of

        cv2.setNumThreads(1)
        self._looks_of = looks_of
        self._blobs = blobs

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield self._look(unit.all(StoredPicture))

    def _look(self, frames: Sequence[StoredPicture]) -> Outcome:
        rows: list[Look] = []
        for frame in frames:
            seen = self._looks_of(self._blobs.read(frame.blob, frame.offset, frame.length))
            if seen is None:
                return Failed(
                    "UndecodableImage",
                    f"the {frame.length} bytes stored for frame {frame.id} are not a picture",
                )
            rows.append(Look(id=frame.id, video=frame.video, **asdict(seen)))
        return Kept(rows)


def stage(recipe: Recipe) -> Stage:
    """One look a frame; a unit is a window of frames."""
    return Stage(
        name="looks",
        version=1,
        primary=Table("frames", Frame, StoredPicture),
        split=by_window(_WINDOW_SECONDS),
        writes=(Look,),
        identity={},
        worker=LookWorker,
        pack_units=4,
    )
