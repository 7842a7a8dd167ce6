"""Reading a published folder back, without `datasets`: for the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from pydantic import TypeAdapter

from pipeline.publish.features import arrow_schema
from pipeline.publish.front_matter import REJECTED
from pipeline.publish.published import RejectionRow, SampleRow
from pipeline.store import storage_errors

_ROW: TypeAdapter[SampleRow] = TypeAdapter(SampleRow)
_REJECTION: TypeAdapter[RejectionRow] = TypeAdapter(RejectionRow)


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


def read_rejection(dataset: Path, question_id: str) -> RejectionRow | None:
    """Why this question is not published, or None where the folder does not say."""
    files = sorted((dataset / REJECTED).glob("*.parquet"))
    with storage_errors("read", dataset):
        table = _table(files, arrow_schema(RejectionRow))
        found = table.to_table(filter=ds.field("id") == question_id).to_pylist()
    return _REJECTION.validate_python(found[0]) if found else None


def _data(dataset: Path) -> Any:
    return _table(sorted((dataset / "data").glob("*.parquet")), arrow_schema(SampleRow))


def _table(files: Sequence[Path], schema: pa.Schema) -> Any:
    return ds.dataset([str(f) for f in files], schema=schema, format="parquet")
