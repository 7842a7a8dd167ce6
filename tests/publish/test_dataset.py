"""What goes where: splits, repeats of the test split, numbers, and the same bytes twice."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.publish.split import split_of
from tests.publish.publishing import publish, publish_some, tree
from tests.publish.samples import blob_of, rejection, sample


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    first = publish_some(tmp_path, "first")
    assert tree(first) == tree(publish_some(tmp_path, "second"))
    drawn = (
        *("tasks", "core_frame_distance", "key_items", "sources", "lengths", "top_terms"),
        *("length_gap", "letters"),
    )
    assert set(tree(first)) == {
        ".demitasse.json",
        "README.md",
        "clips.csv",
        "croissant.json",
        *(f"plots/{name}.{form}" for name in drawn for form in ("png", "svg")),
        "data/test-00000-of-00001.parquet",
        "data/train-00000-of-00001.parquet",
        "provenance/provenance-00000-of-00001.parquet",
        "recipe.yaml",
        "rejected/rejected-00000-of-00001.parquet",
        "schemas/caption.schema.json",
        "schemas/provenance.schema.json",
        "schemas/rejection.schema.json",
        "schemas/sample.schema.json",
    }


def test_every_sample_is_published_once_in_the_split_of_its_group(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    samples = [sample(n, frames) for n in range(20)]
    publication = publish(blobs, tmp_path / "dataset", samples)
    assert (publication.samples, publication.rejections, publication.shards) == (20, 0, 3)
    for split in ("train", "test"):
        table = pq.read_table(tmp_path / "dataset" / "data" / f"{split}-00000-of-00001.parquet")
        assert set(table["split"].to_pylist()) == {split}
        expected = [s.id for s in samples if split_of(s.split_group, 0.5) == split]
        assert table["id"].to_pylist() == expected


def test_a_training_question_that_repeats_a_test_question_is_rejected(tmp_path: Path) -> None:
    blobs, frames = blob_of(tmp_path / "store")
    groups = {split_of(f"g{n}", 0.5): f"g{n}" for n in range(8)}
    tested = sample(5, frames, group=groups["test"])
    # 13 of 16 places agree: 0.81, just above the threshold of 0.8; 12 are 0.75.
    near, far = (
        replace(
            sample(n, frames, group=groups["train"]),
            signature=(*tested.signature[:equal], *range(16 - equal)),
        )
        for n, equal in ((1, 13), (2, 12))
    )
    within = replace(sample(6, frames, group=groups["test"]), signature=tested.signature)
    dataset = tmp_path / "dataset"
    publication = publish(blobs, dataset, [tested, near, far, within], [rejection(0)])
    assert (publication.samples, publication.rejections) == (3, 2)
    train = pq.read_table(dataset / "data" / "train-00000-of-00001.parquet")
    assert train["id"].to_pylist() == [far.id]
    rejected = pq.read_table(dataset / "rejected" / "rejected-00000-of-00001.parquet").to_pylist()
    assert [(r["id"], r["stage"], r["reason"]) for r in rejected] == [
        (near.id, "publish", "duplicate_of_test"),
        ("r0000", "selection", "yes_no_bias"),
    ]
    assert tested.id in rejected[0]["message"]


def test_a_dataset_without_samples_is_still_one(tmp_path: Path) -> None:
    blobs, _ = blob_of(tmp_path / "store")
    publication = publish(blobs, tmp_path / "dataset", [])
    assert (publication.samples, publication.shards) == (0, 0)
    assert "configs" not in (tmp_path / "dataset" / "README.md").read_text().split("---")[1]
