"""Where the video stands still: through the shards and back, and what the card says of it."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.publish import pause_counts
from pipeline.publish.published import SampleRow
from pipeline.publish.reading import samples
from pipeline.records import Pause
from pipeline.tasks import Task
from tests.publish.publishing import publish
from tests.publish.samples import blob_of, sample

PAUSE = Pause(
    question_seconds=12.4,
    shown_start_seconds=2.0,
    clip_start_seconds=1.0,
    clip_end_seconds=15.0,
    policy="tile",
    scope="goal",
)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Three samples at a pause, and one of another kind."""
    blobs, frames = blob_of(tmp_path / "store")
    first = replace(sample(0, frames), task=Task.FACTUAL_PAST, pause=PAUSE)
    second = replace(
        sample(1, frames),
        task=Task.FUTURE_PLANNING,
        pause=replace(PAUSE, scope="scene", policy="share", clip_end_seconds=12.4),
    )
    third = replace(sample(2, frames), task=Task.FACTUAL_PAST, pause=PAUSE)
    publish(blobs, tmp_path / "out", [first, second, third, sample(3, frames)])
    return tmp_path / "out"


def test_a_row_has_it_or_null(dataset: Path) -> None:
    rows = {row.id: row for row in samples(dataset)}
    assert rows["q0000"].pause == PAUSE
    assert rows["q0003"].pause is None
    (shard, *_) = sorted((dataset / "data").glob("*.parquet"))
    assert pq.read_schema(shard).field("pause").type.names == [
        *("question_seconds", "shown_start_seconds", "clip_start_seconds", "clip_end_seconds"),
        *("policy", "scope"),
    ]
    columns = list(SampleRow.__dataclass_fields__)
    assert columns.index("pause") < columns.index("provenance")


def test_the_card_counts_them(dataset: Path) -> None:
    card = (dataset / "README.md").read_text()
    _, _, told = card.partition("### Questions at a pause")
    assert "| factual_past | 0 | 2 | 2 |" in told
    assert "| future_planning | 1 | 0 | 1 |" in told
    assert told.index("| tile | 2 |") < told.index("| share | 1 |")
    assert "| shown | 10.40 | 10.4 | 10.4 | 10.4 |" in told


def test_the_counts() -> None:
    counts = pause_counts.PauseCounts()
    assert counts.samples == 0
    counts.add(Task.FACTUAL_PAST, PAUSE)
    counts.add(Task.FUTURE_PLANNING, replace(PAUSE, clip_end_seconds=12.4))
    assert counts.samples == 2
    assert pause_counts.seconds(counts)[2] == ("after the question", "1.30", "0.0", "0.0", "2.6")
