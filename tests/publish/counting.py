"""Statistics of samples, as publishing counts them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.publish.rows import rejection_row, sample_row
from pipeline.publish.split import SplitName
from pipeline.publish.statistics import Statistics
from pipeline.records import Sample
from tests.publish.samples import blob_of, rejection, sample


def counted(
    folder: Path, *samples: Sample, splits: Sequence[SplitName] = ("train", "test")
) -> Statistics:
    """Of these samples, put into the splits in turn, and of one rejection."""
    blobs, _ = blob_of(folder)
    statistics = Statistics()
    for number, one in enumerate(samples):
        split = splits[number % len(splits)]
        statistics.add(sample_row(one, split, blobs.read))
    statistics.reject(rejection_row(rejection(0)))
    return statistics


def some(folder: Path) -> Statistics:
    """Of two samples, one in each split, one from a source with a `|` in its name."""
    _, frames = blob_of(folder)
    other = replace(sample(1, frames), licence="unknown", source="found | on a disk")
    return counted(folder, sample(0, frames), other)
