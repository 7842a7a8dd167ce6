"""Where a video ends: the row says it, a list beside the dataset does, or the file itself."""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Final

import av

from pipeline.media.source import open_video
from pipeline.validation.readers.fields import as_number
from pipeline.validation.row import Row

_LISTS: Final = ("videos.csv", "clips.csv")
_COLUMNS: Final = ("video_seconds", "duration_seconds", "duration", "seconds")
_OPENED: Final = 4096
"""Videos whose length is remembered."""


class Lengths:
    """Ends of videos, in seconds on their own clock.

    Args:
        root: the dataset's folder; `videos.csv` or `clips.csv` in it may list `video` and
            `video_seconds` (or `duration_seconds`, `duration`, `seconds`).
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listed = _listed(root)
        self._opened = lru_cache(_OPENED)(_end_of)

    def of(self, row: Row) -> float | None:
        """The end of a row's video; None where nothing tells it."""
        if row.video_end is not None:
            return row.video_end
        if row.video is None:
            return None
        if row.video in self._listed:
            return self._listed[row.video]
        path = self._root / row.video
        return self._opened(path) if "://" not in row.video else None


def _listed(root: Path) -> dict[str, float]:
    """Lengths by video; a list that cannot be read as one tells none."""
    found: dict[str, float] = {}
    for name in _LISTS:
        try:
            with (root / name).open(newline="", encoding="utf-8-sig") as file:
                for line in csv.DictReader(file):
                    told = next((line[c] for c in _COLUMNS if line.get(c)), None)
                    seconds = as_number(told)
                    if line.get("video") and seconds is not None:
                        found[line["video"]] = seconds
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
    return found


def _end_of(path: Path) -> float | None:
    """By the file's header, decoding nothing; None where there is no file, or it does not say."""
    try:
        with open_video(path) as container:
            if container.duration is None:
                return None
            start = container.start_time or 0
            return (start + container.duration) / av.time_base
    except (OSError, ValueError, av.error.FFmpegError):
        return None
