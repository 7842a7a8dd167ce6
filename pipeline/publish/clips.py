"""`clips.csv`: which stretch of which video each sample is of, for whoever has the videos."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.publish.published import SampleRow

CLIPS: Final = "clips.csv"


@dataclass(frozen=True)
class Clip:
    """A stretch `[start_seconds, end_seconds)` of a video, on the container's clock."""

    id: str
    """The sample's."""
    video: str
    """BLAKE3 of the file's bytes, 128 bits in hex."""
    source: str
    start_seconds: float
    end_seconds: float


@dataclass
class ClipList:
    """Writes the list row by row."""

    rows: Any

    def add(self, row: SampleRow) -> None:
        """Append the clip of a sample."""
        clip = Clip(row.id, row.video, row.source, row.start_seconds, row.end_seconds)
        self.rows.writerow(asdict(clip))


@contextmanager
def clip_list(path: Path) -> Iterator[ClipList]:
    """The list at this place, complete when the block ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, [f.name for f in fields(Clip)], lineterminator="\n")
        rows.writeheader()
        yield ClipList(rows)


def read_clips(path: Path) -> Iterator[Clip]:
    """The clips of a list.

    Raises:
        InputError: it is no such list.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                start, end = float(row["start_seconds"]), float(row["end_seconds"])
                yield Clip(row["id"], row["video"], row["source"], start, end)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is no list of clips with the columns "
            f"{', '.join(f.name for f in fields(Clip))}: {error}"
        ) from error
