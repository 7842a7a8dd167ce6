"""Which of somebody's files are the videos of a dataset: told by their bytes, not their names."""

from collections.abc import Collection, Iterable
from pathlib import Path

from pipeline.errors import InputError
from pipeline.media.probe import content_hash
from pipeline.store import storage_errors
from pipeline.video_files import below


def find_videos(places: Iterable[Path], wanted: Collection[str]) -> dict[str, Path]:
    """The files of the wanted videos, by the videos' hashes.

    Args:
        places: files, and folders in which to look for them.

    Raises:
        InputError: a place is not there.
        StorageError: a file cannot be read.
    """
    found: dict[str, Path] = {}
    for place in places:
        if not place.exists():
            raise InputError(f"there is no {place}: name files or folders with the videos")
        for path in below(place) if place.is_dir() else (place,):
            if len(found) == len(set(wanted)):
                return found
            with storage_errors("read", path):
                video = content_hash(path)
            if video in wanted:
                found.setdefault(video, path)
    return found
