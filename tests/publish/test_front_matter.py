"""The front matter is what `datasets` would have written, and licences are never invented."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Features

from pipeline.publish.features import arrow_schema
from pipeline.publish.front_matter import front_matter
from pipeline.publish.statistics import Statistics
from pipeline.publish.tables import DEFAULT, TABLES, PublishedTable, ShardFile, WrittenSplit
from pipeline.recipe import PublishSettings
from tests.publish.counting import counted
from tests.publish.samples import blob_of, sample


def front(statistics: Statistics, written: Sequence[WrittenSplit] = ()) -> dict[str, Any]:
    text = front_matter(statistics, written, PublishSettings(), "T")
    assert "&id" not in text, "columns are spelt out, not referred to"
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def split(table: PublishedTable, name: str, rows: int = 3) -> WrittenSplit:
    return WrittenSplit(
        table, name, rows, 10 * rows, (ShardFile("a", 7, ""), ShardFile("b", 8, ""))
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_columns_are_spelt_as_datasets_spells_them(table: PublishedTable) -> None:
    found = front(Statistics(), [split(table, table.splits[0])])["dataset_info"]
    expected = Features.from_arrow_schema(arrow_schema(table.row))
    assert found[0]["features"] == expected._to_yaml_list()
    assert Features._from_yaml_list(found[0]["features"]) == expected


def test_only_what_is_there_is_named() -> None:
    assert {"configs", "dataset_info"}.isdisjoint(front(Statistics()))
    found = front(Statistics(), [split(DEFAULT, "test", 4)])
    (config,), (info,) = found["configs"], found["dataset_info"]
    assert config == {
        "config_name": "default",
        "data_files": [{"split": "test", "path": "data/test-*.parquet"}],
        "default": True,
    }
    assert info["splits"] == [{"name": "test", "num_bytes": 40, "num_examples": 4}]
    assert (info["download_size"], info["dataset_size"]) == (15, 40)


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["CC-BY-4.0", "cc-by-4.0"], {"license": "cc-by-4.0"}),
        (["CC BY 4.0", "MIT"], {"license": ["cc-by-4.0", "mit"]}),
        (["my own terms"], {"license": "other", "license_name": "my-own-terms"}),
        (["my own terms", "others' terms"], {"license": "other"}),
        (["my own terms", "MIT"], {"license": ["mit", "other"]}),
        (["CC-BY-4.0", "unknown"], {"license": "unknown"}),
    ],
)
def test_the_licence_is_that_of_the_videos(
    tmp_path: Path, licences: list[str], expected: dict[str, Any]
) -> None:
    _, frames = blob_of(tmp_path)
    samples = [replace(sample(n, frames), licence=name) for n, name in enumerate(licences)]
    found = front(counted(tmp_path, *samples))
    assert {k: v for k, v in found.items() if k.startswith("license")} == expected


@pytest.mark.parametrize(
    ("samples", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**7, "10M<n<100M")]
)
def test_the_size_is_the_hub_s_word_for_it(samples: int, size: str) -> None:
    statistics = Statistics()
    statistics.tasks.update({("t", "train"): samples})  # type: ignore[dict-item]
    assert front(statistics)["size_categories"] == [size]
