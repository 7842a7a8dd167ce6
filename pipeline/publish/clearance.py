"""Whether a dataset may leave the machine: every sample's video needs a stated licence."""

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.errors import UsageError
from pipeline.publish.licences import UNKNOWN, slug
from pipeline.publish.tables import DEFAULT
from pipeline.store import storage_errors


def check_licences(dataset: Path) -> None:
    """Refuse a dataset that the hub would have to list under the licence `unknown`.

    Raises:
        UsageError: it has no sample, or a sample whose video's licence nobody stated.
        StorageError: a shard cannot be read.
    """
    samples = 0
    unknown: Counter[str] = Counter()
    for file in sorted((dataset / DEFAULT.folder).glob("*.parquet")):
        with storage_errors("read", file):
            rows = pq.read_table(file, columns=["licence", "source"], memory_map=True)
        samples += len(rows)
        for licence, source in zip(*(rows[n].to_pylist() for n in rows.column_names), strict=True):
            if slug(licence) == UNKNOWN:
                unknown[source] += 1
    if not samples:
        raise UsageError(f"{dataset} has no sample: there is nothing to push")
    if unknown:
        raise UsageError(
            f"the licence of {unknown.total()} of {samples} samples is unknown (source "
            f"{', '.join(map(repr, sorted(unknown)))}), so nothing was pushed: state it in the "
            "column `licence` of the list of videos, and run again"
        )
