"""Pictures and videos that a row brings, as paths, records or lists of frames."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pipeline.validation.readers.fields import Fields
from pipeline.validation.row import Attached, Media, MediaKind

KINDS: Final[tuple[MediaKind, ...]] = ("image", "video", "audio")

_OURS: Final = re.compile(r"([0-9a-f]{32})[-/_]f\d+")
"""Pictures that we publish are named by video and frame."""


def attached(fields: Fields, *, suffix: str = "s") -> tuple[Attached, ...]:
    """How many images, videos and audios the row brings, of those columns that it has.

    Args:
        suffix: of the columns' names, `s` as in `images`; a column without it counts as well.
    """
    found = []
    for kind in KINDS:
        items = fields.items(kind + suffix, kind)
        if items is not None:
            there = [item for item in items if item is not None]
            records = all(isinstance(item, dict) for item in there)
            found.append(Attached(f"<{kind}>", len(there), records))
    return tuple(found)


def media(fields: Fields, *, suffix: str = "s") -> tuple[Media, ...] | None:
    """The files behind them; None where the row has no such column."""
    found: list[Media] = []
    there = False
    for kind in KINDS:
        items = fields.items(kind + suffix, kind)
        if items is not None:
            there = True
            for item in items:
                found += files(kind, item)
    return tuple(found) if there else None


def files(kind: MediaKind, item: Any) -> Iterator[Media]:
    """The files of one image or video; a video may be a list of frames, which are pictures."""
    if isinstance(item, str):
        yield Media(kind, item)
    elif isinstance(item, list | tuple):
        for frame in item:
            yield from files("image", frame)
    elif isinstance(item, dict):
        data = item.get("bytes")
        inner = next((item[k] for k in ("path", kind, "url") if item.get(k) is not None), None)
        if isinstance(data, bytes):
            yield Media(kind, inner if isinstance(inner, str) else None, data)
        elif isinstance(inner, str | list | tuple):
            yield from files(kind, inner)


def video_of(found: tuple[Media, ...] | None) -> str | None:
    """What tells the row's video from others: its path, or what our pictures are named by."""
    if not found:
        return None
    for item in found:
        if item.kind == "video" and item.path:
            return item.path.removeprefix("file://").removeprefix("./")
    for item in found:
        if item.path and (match := _OURS.search(item.path)):
            return match[1]
    return None
