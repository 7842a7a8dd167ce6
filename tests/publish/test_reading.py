"""What is published can be read back without `datasets`."""

from pathlib import Path

from pipeline.publish.reading import (
    PublishedSample,
    first_samples,
    locate,
    read_group,
    read_rejection,
    read_rejections,
    read_sample,
    rejections,
    samples,
)
from tests.publish.publishing import publish, publish_some
from tests.publish.samples import blob_of, jpeg


def test_the_first_samples(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    found = first_samples(dataset, 3)
    assert len(found) == 3 and isinstance(found[0], PublishedSample)
    assert found[0].question.startswith("What happens after event")
    assert len(first_samples(dataset, 100)) == 8


def test_one_sample_with_its_pictures(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    found = read_sample(dataset, "q0003")
    assert found is not None
    assert (found.id, found.boxes[0].bbox) == ("q0003", (0.125, 0.1, 0.5, 0.9))
    assert [f.image and f.image.bytes for f in found.core_frames] == [jpeg(0), jpeg(40)]
    assert read_sample(dataset, "none") is None


def test_a_dataset_without_samples_has_none(tmp_path: Path) -> None:
    blobs, _ = blob_of(tmp_path / "store")
    publish(blobs, tmp_path / "dataset", [])
    assert first_samples(tmp_path / "dataset", 3) == []
    assert read_sample(tmp_path / "dataset", "q0003") is None


def test_why_a_question_is_not_published(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    found = read_rejection(dataset, "r0000")
    assert found is not None
    assert (found.stage, found.reason) == ("selection", "yes_no_bias")
    assert read_rejection(dataset, "q0003") is None
    assert read_rejection(tmp_path / "never-published", "r0000") is None
    assert set(read_rejections(dataset, ["r0001", "q0003"])) == {"r0001"}
    assert read_rejections(dataset, []) == {}


def test_samples_are_found_and_read_group_by_group(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    places = locate(dataset, ["q0003", "none", "q0005"])
    assert set(places) == {"q0003", "q0005"}
    for name, place in places.items():
        assert read_group(place, [name, "none"]) == {name: read_sample(dataset, name)}
    assert locate(dataset, []) == {}


def test_all_rows_are_read_back_with_or_without_their_pictures(tmp_path: Path) -> None:
    dataset = publish_some(tmp_path)
    whole = list(samples(dataset))
    assert len(whole) == 8
    bare = list(samples(dataset, pictures=False))
    assert [row.id for row in bare] == [row.id for row in whole]
    assert all(f.image and f.image.bytes for row in whole for f in row.core_frames)
    assert not any(f.image and f.image.bytes for row in bare for f in row.core_frames)
    assert whole[0] == read_sample(dataset, whole[0].id)
    assert all(read_rejection(dataset, r.id) == r for r in rejections(dataset))
