"""`frames_uniform-16`, `frames_all-1fps`: frames read from the videos themselves."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.engine.stage import RECIPE, Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.harness.rows import Given, Item, Shown, VideoFile
from pipeline.media.isolation import Isolation
from pipeline.outcome import Failed, Kept, Outcome, Rejected
from pipeline.recipe.evaluation import PicturesSettings
from pipeline.records import Record, record

if TYPE_CHECKING:
    from pipeline.media.spread import Spread

TIME_LIMIT: Final = 3600.0
MEMORY_MB: Final = 4096
NO_VIDEO: Final = "no_video"


@record
class Window(Record):
    """An item, and up to where its video may be shown."""

    id: str
    video: str
    until_seconds: float | None


@record
class Place(Record):
    """Where a video lies; only its content counts."""

    id: str
    content: str
    path: str


@dataclass(frozen=True)
class Sampler:
    """Reads the frames of one video after another, for all of its items at once."""

    count: int | None
    fps: float
    pictures: PicturesSettings
    isolation: Isolation

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for unit in units:
            yield self._read(unit.all(Window), unit.maybe(Place))

    def close(self) -> None:
        self.isolation.close()

    def _read(self, items: Sequence[Window], place: Place | None) -> Outcome:
        from pipeline.media.spread import spread

        video = items[0].video
        if place is None:
            return Rejected(NO_VIDEO, f"the video {video} is in none of the places named")
        ends = tuple(dict.fromkeys(item.until_seconds for item in items))
        found = self.isolation.call(
            spread,
            Path(place.path),
            ends,
            self.count,
            self.fps,
            self.pictures.long_side,
            self.pictures.jpeg_quality,
        )
        if isinstance(found, Failed):
            return found
        return _kept(items, found, dict(zip(ends, found.windows, strict=True)))


def _kept(
    items: Sequence[Window], found: "Spread", windows: Mapping[float | None, tuple[int, ...]]
) -> Outcome:
    video, frames = items[0].video, sorted(found.frames.values(), key=lambda f: f.frame_index)
    if not frames:
        return Rejected("no_frames", f"no frame of {video} can be decoded")
    blob = b"".join(frame.jpeg for frame in frames)
    name = hashlib.sha256(blob).hexdigest()
    offsets = accumulate((len(frame.jpeg) for frame in frames), initial=0)
    shown = [
        Shown(
            id=_name(video, frame.frame_index),
            video=video,
            frame_index=frame.frame_index,
            pts_seconds=frame.seconds,
            caption="",
            sha256=hashlib.sha256(frame.jpeg).hexdigest(),
            blob=name,
            offset=offset,
            length=len(frame.jpeg),
        )
        for frame, offset in zip(frames, offsets, strict=False)
    ]
    given = [
        Given(
            id=item.id,
            video=video,
            frames=tuple(_name(video, index) for index in windows[item.until_seconds]),
            considered=len(windows[item.until_seconds]),
            caption_tokens=0,
            chooser_tokens=0,
        )
        for item in items
    ]
    return Kept([*given, *shown], blobs=[blob])


def _name(video: str, index: int) -> str:
    """As frames of a dataset are named, so that core frames can be told from the others."""
    return f"{video}/f{index}"


def _sampler(count: int | None, fps: float, pictures: PicturesSettings, blobs: Blobs) -> Sampler:
    return Sampler(count, fps, pictures, Isolation(TIME_LIMIT, MEMORY_MB))


def stage(name: str, count: int | None, fps: float, pictures: PicturesSettings) -> Stage:
    """Items and their video in, what is shown of it out.

    Args:
        count: frames of a video; None: `fps` a second.
    """
    return Stage(
        name=name,
        version=1,
        primary=Table(RECIPE, Item, Window),
        split=by_column("video"),
        lookups=(Lookup(Table(RECIPE, VideoFile, Place), "id", Window, "video"),),
        writes=(Given, Shown),
        identity={
            "count": count,
            "fps": None if count else fps,
            **pictures.model_dump(mode="json"),
        },
        worker=partial(_sampler, count, fps, pictures),
        pack_units=1,
    )
