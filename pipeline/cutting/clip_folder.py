"""All clips of a dataset's list, cut into a folder."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypedDict

from pipeline.cutting.clips import cut
from pipeline.cutting.sources import find_videos
from pipeline.media.isolation import Isolation
from pipeline.outcome import Failed
from pipeline.publish.clips import CLIPS, read_clips
from pipeline.store import storage_errors

_TIME_LIMIT = 3600.0
_MEMORY_MB = 4096


class Cut(TypedDict):
    """How it ended."""

    clips: int
    """Files that are there now."""
    listed: int
    missing: int
    """Clips whose video is in none of the places."""
    problems: list[str]


def cut_all(
    dataset: Path, places: Iterable[Path], out: Path, progress: Callable[[str], None]
) -> Cut:
    """Cut what is not there yet: a clip appears under its name when it is whole.

    Raises:
        InputError: the dataset has no list of clips, or a place is not there.
        StorageError: a file cannot be read or written.
    """
    clips = list(read_clips(dataset / CLIPS))
    videos = find_videos(places, {clip.video for clip in clips})
    done = Cut(clips=0, listed=len(clips), missing=0, problems=[])
    isolation = Isolation(_TIME_LIMIT, _MEMORY_MB)
    with storage_errors("write", out):
        out.mkdir(parents=True, exist_ok=True)
    for number, clip in enumerate(clips, 1):
        path, target = videos.get(clip.video), out / f"{clip.id}.mp4"
        if path is None:
            done["missing"] += 1
            continue
        if not target.exists():
            progress(f"clip {number} of {len(clips)}")
            half = target.with_name(f".{target.name}")
            made = isolation.call(cut, path, clip, half.with_suffix(".part.mp4"))
            if isinstance(made, Failed):
                done["problems"].append(made.message)
                half.with_suffix(".part.mp4").unlink(missing_ok=True)
                continue
            with storage_errors("write", target):
                half.with_suffix(".part.mp4").replace(target)
        done["clips"] += 1
    return done
