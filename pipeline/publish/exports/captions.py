"""What was said of the frames that a question could be about: a frame selector's choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyarrow.dataset as ds
from pydantic import TypeAdapter

from pipeline.publish.features import arrow_schema
from pipeline.publish.published import CaptionRow, SampleRow
from pipeline.publish.tables import CAPTIONS
from pipeline.store import storage_errors

_VIDEOS: Final = 16
"""Videos whose captions are kept in memory: samples come in the order of their hashes."""
_ROWS: Final = TypeAdapter(tuple[CaptionRow, ...])


@dataclass(frozen=True)
class SaidOf:
    """A frame and its caption."""

    frame: str
    pts_seconds: float
    caption: str


class Window:
    """Captions of the stretches that questions were written from.

    Where the dataset has a `captions` table these are of all captioned frames in the stretch; else
    only the core frames' own are known, and there is nothing to choose among.
    """

    def __init__(self, dataset: Path) -> None:
        self._files = sorted((dataset / CAPTIONS.folder).glob("*.parquet"))
        self._table: Any = None
        if self._files:
            with storage_errors("read", dataset):
                names = [str(file) for file in self._files]
                self._table = ds.dataset(names, schema=arrow_schema(CaptionRow), format="parquet")
        self._of_video = lru_cache(_VIDEOS)(self._read)

    @property
    def whole(self) -> bool:
        """Captions of frames that are no core frames are there too."""
        return self._table is not None

    def around(self, row: SampleRow) -> list[SaidOf]:
        """In time order, the core frames always among them."""
        said = {
            c.id: SaidOf(c.id, c.pts_seconds, c.caption)
            for c in self._of_video(row.video)
            if row.start_seconds <= c.pts_seconds < row.end_seconds
        }
        own = (SaidOf(f.frame, f.pts_seconds, f.caption) for f in row.core_frames)
        said |= {s.frame: s for s in own}
        return sorted(said.values(), key=lambda s: s.pts_seconds)

    def _read(self, video: str) -> Iterable[CaptionRow]:
        if self._table is None:
            return ()
        with storage_errors("read", self._files[0].parent):
            found = self._table.to_table(filter=ds.field("video") == video).to_pylist()
        return _ROWS.validate_python(found)
