"""Fixed bins of time: the unit of captions and embeddings.

Windows depend on the clock and on nothing else. A scene threshold that moves a cut therefore
leaves every caption where it was, and a video that is sampled anew in one place is captioned
anew in one window.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.engine.stage import Membership, Split


def by_window(seconds: float) -> Split:
    """Units `<video>/w<bin>` of the rows whose `pts_seconds` falls into the same bin."""

    def assign(table: pa.Table) -> Membership:
        bins = pc.cast(pc.floor(pc.divide(table["pts_seconds"], seconds)), pa.int64())
        # Padded, so that units sort by time and packs hold neighbours.
        number = pc.utf8_lpad(pc.cast(bins, pa.string()), 6, "0")
        ids = pc.binary_join_element_wise(table["video"], number, "/w")
        return Membership(pa.chunked_array(ids).combine_chunks(), np.arange(table.num_rows))

    return Split(("video", "pts_seconds"), assign)


def passed_by_window(seconds: float) -> Split:
    """The same units, of those rows alone whose `passed` holds."""
    windows = by_window(seconds)

    def assign(table: pa.Table) -> Membership:
        rows = np.flatnonzero(table["passed"].to_numpy())
        ids, _ = windows.assign(table.take(pa.array(rows)))
        return Membership(ids, rows)

    return Split((*windows.columns, "passed"), assign)
