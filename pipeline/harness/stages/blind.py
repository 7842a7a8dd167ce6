"""`frames_blind`: nothing is shown. What a model gets right so, the video did not tell it."""

from collections.abc import Iterator, Sequence

from pipeline.engine.stage import RECIPE, Blobs, Stage, Table, Unit, by_column
from pipeline.harness.rows import Given, Item, Shown
from pipeline.outcome import Kept, Outcome
from pipeline.records import Record, record


@record
class Named(Record):
    """An item."""

    id: str
    video: str


class Nothing:
    """Shows nothing."""

    def __init__(self, blobs: Blobs) -> None:
        """Nothing is needed."""

    def __call__(self, units: Sequence[Unit]) -> Iterator[Outcome]:
        for item in (unit.one(Named) for unit in units):
            given = Given(
                id=item.id,
                video=item.video,
                frames=(),
                considered=0,
                caption_tokens=0,
                chooser_tokens=0,
            )
            yield Kept([given])


def stage() -> Stage:
    """Item in, nothing shown."""
    return Stage(
        name="frames_blind",
        version=1,
        primary=Table(RECIPE, Item, Named),
        split=by_column("id"),
        writes=(Given, Shown),
        identity={},
        worker=Nothing,
    )
