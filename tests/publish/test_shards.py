"""Shards: names, row groups, order, and what `datasets` makes of them."""

from pathlib import Path

import pyarrow.parquet as pq

from pipeline.publish.published import SampleRow
from pipeline.publish.rows import sample_row
from pipeline.publish.shards import ShardWriter, writing
from tests.publish.samples import blob_of, sample


def _write(folder: Path, count: int, shard_rows: int, group_bytes: int = 1 << 20) -> ShardWriter:
    blobs, frames = blob_of(folder / "store")
    writer = ShardWriter(folder / "data", "train", SampleRow, shard_rows, group_bytes)
    with writing(writer):
        for number in range(count):
            writer.add(sample_row(sample(number, frames), "train", blobs.read))
    return writer


def test_names_count_the_shards_and_rows_keep_their_order(tmp_path: Path) -> None:
    writer = _write(tmp_path, count=7, shard_rows=3)
    assert writer.names == [f"train-{i:05d}-of-00003.parquet" for i in range(3)]
    assert sorted(p.name for p in (tmp_path / "data").iterdir()) == writer.names
    tables = [pq.read_table(tmp_path / "data" / name) for name in writer.names]
    assert [t.num_rows for t in tables] == [3, 3, 1]
    assert [i for t in tables for i in t["id"].to_pylist()] == [f"q{n:04d}" for n in range(7)]


def test_row_groups_are_closed_by_their_bytes(tmp_path: Path) -> None:
    writer = _write(tmp_path, count=40, shard_rows=1000, group_bytes=1)
    metadata = pq.read_metadata(tmp_path / "data" / writer.names[0])
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [16, 16, 8]


def test_pictures_are_stored_as_they_are(tmp_path: Path) -> None:
    writer = _write(tmp_path, count=3, shard_rows=5)
    group = pq.read_metadata(tmp_path / "data" / writer.names[0]).row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    pictures = columns["core_frames.list.element.image.bytes"]
    assert pictures.compression == "UNCOMPRESSED"
    assert set(pictures.encodings) == {"PLAIN", "RLE"}
    assert columns["question"].compression == "ZSTD"


def test_no_rows_make_no_file(tmp_path: Path) -> None:
    assert _write(tmp_path, count=0, shard_rows=5).names == []
    assert not (tmp_path / "data").exists()
