"""`frames_core`: the core frames that the dataset names, as its pictures show them."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, by_column
from pipeline.harness.rows import Given, Item, ItemFrame, Shown
from pipeline.outcome import Kept, Outcome, Rejected
from pipeline.publish.reading import RowGroup, read_group
from pipeline.records import Record, record
from pipeline.storage.place import place

NO_PICTURES: Final = "no_pictures"
"""The dataset refers to its core frames and does not hold them."""
ALL_LATER: Final = "all_later"
"""None of them is before the question point."""
_ROUNDING: Final = 1e-6
"""Seconds: a frame at the point itself but for rounding is not before it."""


@record
class Pictured(Record):
    """Which frames, and where their pictures lie."""

    id: str
    video: str
    core_frames: tuple[ItemFrame, ...]
    pictured: bool
    until_seconds: float | None
    shard: str
    row_group: int


class CoreFrames:
    """Copies pictures out of the dataset's shards, a row group at a time."""

    def __init__(self, blobs: Blobs) -> None:
        """Nothing is read yet."""

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        wanted = [unit.one(Pictured) for unit in units]
        groups: dict[tuple[str, int], list[str]] = {}
        for item in wanted:
            if item.pictured:
                groups.setdefault((item.shard, item.row_group), []).append(item.id)
        jpegs: dict[str, list[bytes]] = {}
        for (shard, number), ids in groups.items():
            for name, row in read_group(RowGroup(place(shard), number), ids).items():
                jpegs[name] = [frame.image.bytes for frame in row.core_frames if frame.image]
        for item in wanted:
            yield _given(item, jpegs.get(item.id, []))


def _given(item: Pictured, jpegs: Sequence[bytes]) -> Outcome:
    if len(jpegs) != len(item.core_frames) or not jpegs:
        return Rejected(NO_PICTURES, f"the dataset holds no pictures of {item.id}")
    blob = b"".join(jpegs)
    name = hashlib.sha256(blob).hexdigest()
    offsets = accumulate(map(len, jpegs), initial=0)
    frames = [
        Shown(
            id=f"core/{frame.frame}/{frame.sha256[:16]}",
            video=item.video,
            frame_index=frame.frame_index,
            pts_seconds=frame.seconds,
            caption=frame.caption,
            sha256=hashlib.sha256(jpeg).hexdigest(),
            blob=name,
            offset=offset,
            length=len(jpeg),
        )
        for frame, jpeg, offset in zip(item.core_frames, jpegs, offsets, strict=False)
        if item.until_seconds is None or frame.seconds < item.until_seconds - _ROUNDING
    ]
    if not frames:
        return Rejected(ALL_LATER, f"no core frame of {item.id} is before its question point")
    given = Given(
        id=item.id,
        video=item.video,
        frames=tuple(frame.id for frame in frames),
        considered=len(frames),
        caption_tokens=0,
        chooser_tokens=0,
    )
    return Kept([given, *frames], blobs=[blob])


def stage() -> Stage:
    """Item in, what it shows out."""
    return Stage(
        name="frames_core",
        version=2,
        primary=Table(RECIPE, Item, Pictured),
        split=by_column("id"),
        writes=(Given, Shown),
        identity={},
        worker=CoreFrames,
    )
