"""A dataset on an object store: who asks for its marker sees the old one, none, or the new one."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import StorageError, UsageError
from pipeline.publish import remote_folder
from pipeline.publish.folder import MARKER, published_key, replacing
from pipeline.storage.place import Url
from pipeline.storage.remote import RemoteFolder
from pipeline.store import Store
from tests.publish.publishing import tree


def build(folder: Path | Url, key: str, files: dict[str, str]) -> None:
    with replacing(folder, key) as building:
        for name, text in files.items():
            (building / name).parent.mkdir(exist_ok=True)
            (building / name).write_text(text)


ONE = {"README.md": "one", "data/train-00000-of-00001.parquet": "1", "schemas/a.json": "{}"}
TWO = {
    "README.md": "two",
    "data/train-00000-of-00002.parquet": "1",
    "data/train-00001-of-00002.parquet": "2",
}


def files(folder: Url) -> dict[str, bytes]:
    store = Store(folder)
    return {e.name: store.read(e.name) for e in RemoteFolder(folder).everything("")}


def test_it_holds_what_a_local_one_holds(bucket: Url, tmp_path: Path) -> None:
    build(bucket / "dataset", "k1", ONE)
    build(tmp_path / "dataset", "k1", ONE)
    here = {n: (tmp_path / "dataset" / n).read_bytes() for n in tree(tmp_path / "dataset")}
    assert files(bucket / "dataset") == here
    assert published_key(bucket / "dataset") == "k1"


def test_stale_files_of_an_earlier_one_go(bucket: Url) -> None:
    build(bucket, "k1", ONE)
    build(bucket, "k2", TWO)
    assert set(files(bucket)) == {*TWO, MARKER}
    assert published_key(bucket) == "k2"


def test_one_that_lost_a_file_is_not_there(bucket: Url) -> None:
    assert published_key(bucket) is None
    build(bucket, "k1", ONE)
    Store(bucket).remove("schemas/a.json")
    assert published_key(bucket) is None


@pytest.mark.parametrize("stop", range(1, 11))
def test_killed_anywhere_a_reader_sees_a_whole_one_or_none(
    bucket: Url, stop: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(bucket, "k1", ONE)
    acts = 0

    def counted(real: Callable[..., None]) -> Callable[..., None]:
        def act(*args: object) -> None:
            nonlocal acts
            acts += 1
            if acts == stop:
                raise KeyboardInterrupt
            real(*args)

        return act

    with monkeypatch.context() as patch:
        patch.setattr(RemoteFolder, "_put", counted(RemoteFolder._put))
        patch.setattr(RemoteFolder, "remove", counted(RemoteFolder.remove))
        with contextlib.suppress(KeyboardInterrupt):
            build(bucket, "k2", TWO)
    found = files(bucket)
    if MARKER in found:
        whole = {"k1": ONE, "k2": TWO}[str(published_key(bucket))]
        assert {name: found[name].decode() for name in whole} == whole
    build(bucket, "k2", TWO)
    assert set(files(bucket)) == {*TWO, MARKER}


def test_an_error_while_building_leaves_the_old_one(bucket: Url) -> None:
    build(bucket, "k1", ONE)
    before = files(bucket)
    with pytest.raises(StorageError, match="No space"), replacing(bucket, "k2") as building:
        (building / "half.txt").write_text("half")
        raise OSError(None, "No space left on device")
    assert files(bucket) == before


def test_the_marker_is_put_last_and_the_card_before_it(
    bucket: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    real = remote_folder._send

    def noted(path: Path, store: Store, name: str) -> None:
        sent.append(name)
        real(path, store, name)

    monkeypatch.setattr(remote_folder, "_send", noted)
    build(bucket, "k2", TWO)
    assert sent[-2:] == ["README.md", MARKER]


def test_what_somebody_else_put_there_is_refused(bucket: Url) -> None:
    build(bucket, "k1", ONE)
    Store(bucket).write("thesis.txt", b"years of work")
    with pytest.raises(UsageError, match=r"thesis.txt is in the way: demitasse did not write it"):
        build(bucket, "k2", TWO)
    assert published_key(bucket) == "k1"
