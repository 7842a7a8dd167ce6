"""Reading a published folder back, without `datasets`: for the command line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
from pydantic import TypeAdapter

from pipeline.engine.store import storage_errors
from pipeline.publish.features import arrow_schema
from pipeline.publish.published import SampleRow

_ROW: TypeAdapter[SampleRow] = TypeAdapter(SampleRow)


@dataclass(frozen=True)
class PublishedSample:
    """What is shown of a sample at a glance."""

    id: str
    task: str
    question: str
    answer: str


def first_samples(dataset: Path, n: int) -> list[PublishedSample]:
    """The first `n` samples, shards in the order of their names; fewer where there are fewer."""
    with storage_errors("read", dataset):
        rows = _data(dataset).head(n, columns=["id", "task", "question", "answer"])
    return [PublishedSample(**row) for row in rows.to_pylist()]


def read_sample(dataset: Path, sample_id: str) -> SampleRow | None:
    """The sample of this id with its pictures, or None where it is not published."""
    with storage_errors("read", dataset):
        found = _data(dataset).to_table(filter=ds.field("id") == sample_id).to_pylist()
    return _ROW.validate_python(found[0]) if found else None


def _data(dataset: Path) -> Any:
    files = sorted((dataset / "data").glob("*.parquet"))
    return ds.dataset([str(f) for f in files], schema=arrow_schema(SampleRow), format="parquet")
