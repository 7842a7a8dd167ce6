"""Pictures and videos of an export: JPEG files of the core frames, and where videos belong.

Each file is there once, however many samples rest on it.
"""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from pipeline.errors import UsageError
from pipeline.publish.published import Picture, PublishedFrame, SampleRow
from pipeline.video_files import SUFFIXES

IMAGES: Final = "images"
"""The folder of the pictures: `images/<video>/<frame_index>.jpg`."""
VIDEOS: Final = "videos"
VIDEO_LIST: Final = "videos.csv"


@dataclass(frozen=True)
class FrameFiles:
    """Writes pictures below a folder that was empty at first."""

    folder: Path

    def add(self, row: SampleRow) -> list[str]:
        """Write what is not there yet.

        Returns:
            The paths of the sample's pictures, relative to the folder, in time order.

        Raises:
            UsageError: the dataset has no pictures.
        """
        return [self._write(row, frame) for frame in row.core_frames]

    def _write(self, row: SampleRow, frame: PublishedFrame) -> str:
        name = f"{IMAGES}/{row.video}/{frame.frame_index}.jpg"
        path = self.folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture(row, frame).bytes)
        return name


def picture(row: SampleRow, frame: PublishedFrame) -> Picture:
    """The picture of a core frame.

    Raises:
        UsageError: the dataset only refers to it.
    """
    if frame.image is None:
        raise UsageError(
            f"sample {row.id} has no pictures: the dataset refers to them only; make them from "
            "your copies of the videos with `demitasse cut DATASET VIDEOS --out WHOLE` and export "
            "that folder"
        )
    return frame.image


@dataclass
class VideoFiles:
    """Says where each video belongs, and links to the user's copy of it where that is known."""

    folder: Path
    copies: Mapping[str, Path]
    rows: Any
    seen: set[str] = field(default_factory=set)

    def add(self, row: SampleRow) -> str:
        """The path of the sample's video, relative to the folder."""
        suffix = PurePosixPath(row.source).suffix.lower()
        name = f"{VIDEOS}/{row.video}{suffix if suffix in SUFFIXES else '.mp4'}"
        if row.video not in self.seen:
            self.seen.add(row.video)
            self.rows.writerow([name, row.video, row.source, row.licence, row.video_seconds])
            if row.video in self.copies:
                link = self.folder / name
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(self.copies[row.video].resolve())
        return name


@contextmanager
def video_files(folder: Path, copies: Mapping[str, Path]) -> Iterator[VideoFiles]:
    """Writes `videos.csv`: where which video belongs, by the hash of its bytes.

    Args:
        copies: the user's own files, by that hash.
    """
    with (folder / VIDEO_LIST).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["path", "video", "source", "licence", "video_seconds"])
        yield VideoFiles(folder, copies, rows)


def clip_path(row: SampleRow) -> str:
    """Where `demitasse cut --clips --out clips` puts the sample's stretch of video."""
    return f"clips/{row.id}.mp4"
