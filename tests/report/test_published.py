"""A published folder on a page."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import UsageError
from pipeline.publish.reading import read_sample
from pipeline.report.collect import MOST_BYTES, collect
from pipeline.report.page import render
from pipeline.report.published import DatasetSource
from tests.publish.publishing import publish, publish_some, recipe
from tests.publish.samples import blob_of, rejection, sample


def test_samples_are_laid_out_as_they_are_published(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    data = collect(DatasetSource.of(dataset), 200)
    assert data.whole
    assert data.totals == {"samples": 8, "others": 2, "units": 0}
    assert len(data.pictures) == 2, "frames that samples share are there once"
    assert (data.heading.title, data.heading.kind) == ("dataset", "dataset")
    for item in data.items:
        if item.outcome == "sample":
            row = read_sample(dataset, item.id)
            assert row is not None
            assert (item.split, item.question, item.letter) == (
                row.split,
                row.question,
                row.letter or "",
            )
            assert [(f.id, f.width, f.height) for f in item.frames] == [
                (f.frame, 64, 48) for f in row.core_frames
            ]
            assert [(b.item, b.frame, b.bbox) for b in item.boxes] == [
                ("person_1", 0, (0.125, 0.1, 0.5, 0.9))
            ]
            bag, person = item.items
            assert (bag.name, bag.missing) == (
                "bag_1",
                "nothing was found with the score asked for",
            )
            assert (person.name, person.frame, person.missing) == ("person_1", 0, "")
            assert (item.start, item.end) == (0.0, 10.0)
            assert ("place", "street") in item.facts
        else:
            assert (item.outcome, item.reason) == ("rejected", "yes_no_bias")
            assert item.frames == () and item.message.startswith("too many")


def test_claims_are_found_again_in_the_evidence(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    made = sample(1, frames)
    first = replace(made.intervals[0], claim="First <obj>person_1</obj> stands.")
    second = replace(first, id="q0001#2", claim="Then it walks.", pts_seconds=(0.0, 1.0))
    lost = replace(first, id="q0001#3", claim="Nobody wrote this.")
    evidence = f"{first.claim} In between. {second.claim} So it is."
    publish(
        blobs,
        tmp_path / "dataset",
        [replace(made, evidence=evidence, intervals=(first, second, lost))],
    )
    (item,) = collect(DatasetSource.of(tmp_path / "dataset"), 9).items
    assert [(c.text, c.frames, c.start) for c in item.claims] == [
        (first.claim, (0,), 0.0),
        ("In between.", (), None),
        (second.claim, (0, 1), 0.0),
        ("So it is.", (), None),
    ]


def test_a_dataset_that_refers_to_frames_has_boxes_without_pictures(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    given = recipe(frames="reference")
    publish(blobs, tmp_path / "dataset", [sample(1, frames)], given=given)
    data = collect(DatasetSource.of(tmp_path / "dataset"), 9)
    (item,) = data.items
    assert data.pictures == {} and item.frames[0].picture is None and item.boxes


def test_two_thousand_samples_are_a_page_that_says_it_is_a_sample(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    dataset = tmp_path / "dataset"
    samples = [sample(n, frames) for n in range(2000)]
    publish(blobs, dataset, samples, [rejection(n) for n in range(300)])
    data = collect(DatasetSource.of(dataset), 200)
    text = render(data)
    assert data.shown == {"samples": 100, "others": 100, "units": 0}
    assert f"it shows 100 of {data.totals['samples']:,} samples, 100 of" in text
    assert data.totals["samples"] + data.totals["others"] == 2300
    assert len(text.encode()) < MOST_BYTES
    assert text == render(collect(DatasetSource.of(dataset), 200))


def test_another_version_s_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    pq.write_table(pa.table({"id": ["q"]}), tmp_path / "data" / "train-00000-of-00001.parquet")
    with pytest.raises(UsageError, match="publish it again"):
        DatasetSource.of(tmp_path)
