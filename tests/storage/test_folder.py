"""The same promises on a disk and on an object store."""

import errno
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StorageError, UsageError
from pipeline.storage import ranges, remote
from pipeline.storage.place import Url, place
from pipeline.store import BlobStore, Store


@pytest.fixture(params=["disk", "object store"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return Store(tmp_path / "w")
    bucket: Url = request.getfixturevalue("bucket")
    return Store(bucket)


def test_what_was_written_is_read(store: Store) -> None:
    assert not store.exists("a/b.txt")
    store.write("a/b.txt", b"first")
    store.write("a/b.txt", b"hello")
    assert store.exists("a/b.txt")
    assert store.read("a/b.txt") == b"hello"
    assert store.read_range("a/b.txt", 1, 3) == b"ell"
    with store.open("a/b.txt") as file:
        assert file.read() == b"hello"
    with store.as_path("a/b.txt") as path:
        assert (path.name, path.read_bytes()) == ("b.txt", b"hello")


@pytest.mark.parametrize("name", ["a b/ü %20#?.txt", "x/+=&.bin", "z/~'()!.json"])
def test_names_are_kept_as_they_are(store: Store, name: str) -> None:
    store.write(name, b"x")
    folder, _, last = name.rpartition("/")
    assert store.names(folder) == [last]
    assert store.read(name) == b"x"


def test_a_listing_tells_files_with_sizes_and_folders(store: Store) -> None:
    for name in ("f/b", "f/a", "f/deep/er/c", "f/deep2/d"):
        store.write(name, name.encode())
    assert store.names("f") == ["a", "b"]
    assert [(e.name, e.size) for e in store.entries("f")] == [("a", 3), ("b", 3)]
    assert all(e.modified_ns > 1e18 for e in store.entries("f"))
    assert [e.name for e in store.folders("f")] == ["deep", "deep2"]
    assert not store.names("nothing") and not store.folders("nothing")


def test_what_is_removed_is_gone_and_may_be_removed_again(store: Store) -> None:
    store.write("f/a", b"x")
    store.remove("f/a")
    store.remove("f/a")
    assert store.names("f") == []


@pytest.mark.parametrize("way", ["read", "open", "read_range"])
def test_what_is_not_there_is_a_storage_error_of_that_kind(store: Store, way: str) -> None:
    arguments = ("gone", 0, 1) if way == "read_range" else ("gone",)
    with pytest.raises(StorageError, match=r"cannot read .*gone: it is gone") as caught:
        getattr(store, way)(*arguments)
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_a_write_that_fails_leaves_the_old_file(store: Store) -> None:
    store.write("a/b", b"old")

    def broken(file: IO[bytes]) -> None:
        file.write(b"new")
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(StorageError, match="disk is full"), store.create("a/b") as file:
        broken(file)
    assert store.read("a/b") == b"old"
    assert store.names("tmp") == []


@pytest.mark.parametrize("whole", [False, True])
def test_parquet_is_read_in_pieces(
    store: Store, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not whole:
        monkeypatch.setattr(remote, "WHOLE_BYTES", 1000)
        monkeypatch.setattr(ranges, "BLOCK_BYTES", 4096)
    table = pa.table({"n": range(20_000), "t": [f"text {i}" for i in range(20_000)]})
    with store.create("t.parquet") as file, pq.ParquetWriter(file, table.schema) as writer:
        for start in range(0, 20_000, 5_000):
            writer.write_table(table.slice(start, 5_000))
    read = pq.ParquetFile(store.source("t.parquet"), pre_buffer=False)
    assert read.num_row_groups == 4
    assert (
        read.read_row_group(2, columns=["t"])["t"].to_pylist()
        == table["t"][10_000:15_000].to_pylist()
    )
    assert pq.read_table(store.source("t.parquet")).equals(table)
    found = pq.read_table(store.source("t.parquet"), filters=[("n", "=", 7)])
    assert found["t"].to_pylist() == ["text 7"]


def test_blobs_are_read_by_reference(store: Store) -> None:
    blobs = BlobStore(store)
    name = blobs.write(b"onetwothree")
    assert blobs.write(b"onetwothree") == name
    assert blobs.read(name, 3, 3) == b"two"
    with pytest.raises(StorageError, match="2 bytes short"):
        blobs.read(name, 6, 7)


def test_a_large_object_is_there_whole_or_not(bucket: Url, monkeypatch: pytest.MonkeyPatch) -> None:
    store, data = Store(bucket), bytes(range(256)) * 50_000
    monkeypatch.setattr(remote, "PART_BYTES", 5 << 20)
    with store.create("large") as file:
        file.write(data)
        assert not store.exists("large")
    assert store.read("large") == data


def test_an_object_that_is_replaced_while_it_is_read_is_no_mixture(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "WHOLE_BYTES", 10)
    store = Store(bucket)
    store.write("x", b"a" * 100)
    file: Any = store.source("x")
    store.write("x", b"b" * 100)
    with pytest.raises(StorageError, match="cannot read"):
        file.read(50)


def test_a_listing_of_thousands_comes_in_one_call(bucket: Url) -> None:
    store = Store(bucket)
    for number in range(1_100):
        store.write(f"many/{number:05}", b"")
    assert len(store.names("many")) == 1_100


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("s3://b/p/", "s3://b/p"),
        ("s3://b", "s3://b"),
        ("s3://b//x//y", "s3://b/x/y"),
        ("gs://b/p", "gs://b/p"),
        ("work/demo", "work/demo"),
        ("/abs", "/abs"),
    ],
)
def test_places_that_users_name(text: str, told: str) -> None:
    assert str(place(text)) == told


@pytest.mark.parametrize("text", ["ftp://host/x", "s3://", "s3:///x", "s3://id:secret@b/p"])
def test_places_that_nobody_can_mean(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        place(text)
    assert "secret" not in str(caught.value)


def test_a_url_is_walked_like_a_path() -> None:
    url: Any = place("s3://b/p")
    assert str(url / "x" / "y.txt") == "s3://b/p/x/y.txt"
    assert (url / "x").parent == url
    assert ((url / "x").name, Url("s3", "b").name) == ("x", "b")
