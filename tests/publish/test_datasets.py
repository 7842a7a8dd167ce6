"""`datasets.load_dataset(folder)` opens what is published, every feature intact."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import datasets
import pytest
from PIL import Image

from pipeline.publish.features import arrow_schema
from pipeline.publish.published import RejectionRow, SampleRow
from tests.publish.publishing import publish, publish_some, recipe
from tests.publish.samples import blob_of, jpeg, sample

RAW = datasets.Image(decode=False)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`load_dataset` with a cache of its own and no network."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)

    def call(folder: Path, *args: str, **options: Any) -> Any:
        return datasets.load_dataset(
            str(folder), *args, cache_dir=str(tmp_path / "cache"), **options
        )

    return call


def test_samples_load_with_their_features(tmp_path: Path, load: Any) -> None:
    loaded = load(publish_some(tmp_path))
    assert set(loaded) == {"train", "test"}
    intended = datasets.Features.from_arrow_schema(arrow_schema(SampleRow))
    for split in loaded.values():
        assert split.features == intended
    row = loaded["test"][0]
    frames = row["core_frames"]
    assert [f["frame"] for f in frames] == ["v1/f0", "v1/f30"]
    assert all(f["image"].size == (64, 48) for f in frames)
    assert row["boxes"][0]["bbox"] == [0.125, 0.1, 0.5, 0.9]
    assert row["boxes"][0]["clip_similarity"] is None
    assert row["options"][1] == row["answer"] and row["letter"] == "B"


def test_options_are_published_for_test_only(tmp_path: Path, load: Any) -> None:
    train = load(publish_some(tmp_path), split="train")
    assert all(row["options"] == [] and row["letter"] is None for row in train)


def test_the_jpegs_are_those_that_were_extracted(tmp_path: Path, load: Any) -> None:
    train = load(publish_some(tmp_path), split="train")
    raw = train.cast_column(
        "core_frames", datasets.List({**train.features["core_frames"].feature, "image": RAW})
    )
    assert [f["image"]["bytes"] for f in raw[0]["core_frames"]] == [jpeg(0), jpeg(40)]


def test_streaming_decodes_the_same_pictures(tmp_path: Path, load: Any) -> None:
    dataset = publish_some(tmp_path)
    whole = load(dataset, split="train")
    stream = load(dataset, split="train", streaming=True)
    assert stream.features == whole.features
    rows = list(stream)
    assert [r["id"] for r in rows] == whole["id"]
    expected = Image.open(BytesIO(jpeg(40))).tobytes()
    assert rows[0]["core_frames"][1]["image"].tobytes() == expected


def test_rejected_questions_are_a_config(tmp_path: Path, load: Any) -> None:
    rejected = load(publish_some(tmp_path), "rejected")
    assert list(rejected) == ["rejected"]
    assert rejected["rejected"].features == datasets.Features.from_arrow_schema(
        arrow_schema(RejectionRow)
    )
    assert rejected["rejected"]["reason"][:] == ["yes_no_bias", "yes_no_bias"]


def test_shards_of_one_row_and_empty_columns_load(tmp_path: Path, load: Any) -> None:
    """The schema is explicit: no shard's type is guessed from what happens to be in it."""
    blobs, frames = blob_of(tmp_path / "store")
    bare = [
        replace(sample(n, frames, letter=None), boxes=(), unboxed=(), intervals=(), metadata=())
        for n in range(3)
    ]
    full = [sample(n, frames) for n in range(3, 5)]
    one_each = recipe(test_fraction=1.0, shard_rows=1)
    publish(blobs, tmp_path / "dataset", [*bare, *full], given=one_each)
    assert len(list((tmp_path / "dataset" / "data").iterdir())) == 5
    loaded = load(tmp_path / "dataset", split="test")
    assert loaded["letter"][:] == [None, None, None, "B", "B"]
    assert [len(b) for b in loaded["boxes"]] == [0, 0, 0, 1, 1]


def test_the_card_s_snippet_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = publish_some(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    card = (dataset / "README.md").read_text()
    snippet = card.split("```python\n")[1].split("```")[0]
    assert "path/to/this/folder" in snippet
    names: dict[str, Any] = {}
    exec(snippet.replace("path/to/this/folder", str(dataset)), names)
    assert set(names["default"]) == {"train", "test"}
    assert len(names["rejected"]["rejected"]) == 2
    assert "0.0 person_1 24 x 38 pixels" in capsys.readouterr().out


def test_a_split_without_rows_is_not_named(tmp_path: Path, load: Any) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    publish(blobs, tmp_path / "dataset", [sample(0, frames)], given=recipe(test_fraction=0.0))
    assert set(load(tmp_path / "dataset")) == {"train"}
    assert datasets.get_dataset_config_names(str(tmp_path / "dataset")) == [
        "default",
        "provenance",
    ]


def test_every_part_of_every_sample_says_who_wrote_it(tmp_path: Path) -> None:
    folder = publish_some(tmp_path)
    written = datasets.load_dataset(str(folder), "provenance", split="provenance")
    rows = [row for split in datasets.load_dataset(str(folder)).values() for row in split]
    flat = {(row["id"], part["stage"]) for row in rows for part in row["provenance"]}
    assert {(row["id"], row["stage"]) for row in written} == flat
    assert all(row["code_version"] and row["prompt_sha256"] for row in written)
    assert set(written.column_names) >= {"requests", "finish_reason", "answer_source", "split"}
