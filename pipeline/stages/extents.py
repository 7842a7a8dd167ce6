"""Extents: how long what a frame's caption says goes on.

VideoEspresso (Han et al., 2024, section 3.3) retrieves the time of an evidence by the similarity
of captions. Here every survivor gets the run of sampled frames around it whose captions say the
same, and a claim that cites the survivor holds as long.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from pipeline.engine.stage import Blobs, Lookup, Stage, Table, Unit, by_column
from pipeline.outcome import Kept, Outcome
from pipeline.recipe import Recipe
from pipeline.records import Caption, Extent, Float32, Record, Survivor, Vector, record

_DIGITS = 6
"""Decimals kept of a cosine: those below depend on the order of summation."""


@record
class Surviving(Record):
    """Whether a frame survived semantic deduplication: only those are cited."""

    id: str
    video: str
    survives: bool


@record
class Meaning(Record):
    """What a frame's caption means."""

    id: str
    video: str
    values: tuple[Float32, ...]


@record
class Moment(Record):
    """When a captioned frame is shown."""

    id: str
    frame_index: int
    pts_seconds: float


def extents(least: float, units: Sequence[Unit]) -> Iterator[Outcome]:
    """The worker: one video after another.

    Args:
        least: cosine from which two captions say the same.
    """
    for unit in units:
        moments = sorted(unit.all(Moment), key=lambda m: (m.pts_seconds, m.frame_index))
        values = {meaning.id: meaning.values for meaning in unit.all(Meaning)}
        shown = [moment for moment in moments if moment.id in values]
        matrix = np.array([values[moment.id] for moment in shown], np.float64)
        surviving = {row.id for row in unit.all(Surviving) if row.survives}
        found = []
        for i, moment in enumerate(shown):
            if moment.id not in surviving:
                continue
            # Frames that say something else, in order: the run lies between two of them.
            other = np.flatnonzero((matrix @ matrix[i]).round(_DIGITS) < least)
            other = other[other != i]
            at = int(np.searchsorted(other, i))
            first = int(other[at - 1]) + 1 if at > 0 else 0
            last = int(other[at]) - 1 if at < len(other) else len(shown) - 1
            found.append(
                Extent(
                    id=moment.id,
                    video=unit.id,
                    first_seconds=shown[first].pts_seconds,
                    last_seconds=shown[last].pts_seconds,
                )
            )
        yield Kept(found)


def _worker(least: float, blobs: Blobs) -> partial[Iterator[Outcome]]:
    return partial(extents, least)


def stage(recipe: Recipe) -> Stage:
    """The extents of one video's survivors."""
    least = recipe.identity.grounding.same_caption
    return Stage(
        name="extents",
        version=1,
        primary=Table("core_frames", Survivor, Surviving),
        split=by_column("video"),
        lookups=(
            Lookup(Table("embeddings", Vector, Meaning), "video", Surviving, "video"),
            Lookup(Table("captions", Caption, Moment), "video", Surviving, "video"),
        ),
        writes=(Extent,),
        identity={"same_caption": least},
        worker=partial(_worker, least),
    )
